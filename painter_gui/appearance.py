"""Light and dark, also where the platform has no say in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication


def apply_scheme(scheme: str) -> None:
    """Make the whole program light, dark, or as the system is."""
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
    wanted, hints = schemes.get(scheme, Qt.ColorScheme.Unknown), QGuiApplication.styleHints()
    QApplication.setPalette(QPalette())
    hints.setColorScheme(wanted)
    if wanted is not Qt.ColorScheme.Unknown and hints.colorScheme() is not wanted:
        # A plain X server has no say in it, and Qt then leaves everything as it is.
        QApplication.setPalette(dark_palette() if scheme == "dark" else light_palette())


def light_palette() -> QPalette:
    """Colours for bright rooms, where the platform has none of its own."""
    return _palette("#efefef", "#ffffff", "#f6f6f6", "#1b1b1b", "#2f7fb8", "#ffffff", "#8a8a8a", "#fff9d8", "#b9b9b9")


def dark_palette() -> QPalette:
    """Colours for dark rooms, likewise."""
    return _palette("#37393e", "#222428", "#43464c", "#e6e6e6", "#4a9ad4", "#101010", "#8d8d8d", "#4a4530", "#55595e")


def _palette(
    window: str, base: str, button: str, text: str, accent: str, on_accent: str, faint: str, tip: str, mid: str
) -> QPalette:
    palette = QPalette(QColor(button), QColor(window))
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    colours = {
        role.Window: window, role.Base: base, role.AlternateBase: window, role.Button: button, role.ToolTipBase: tip,
        role.WindowText: text, role.Text: text, role.ButtonText: text, role.ToolTipText: text, role.BrightText: text,
        role.Highlight: accent, role.Accent: accent, role.HighlightedText: on_accent, role.Link: accent,
        role.PlaceholderText: faint, role.Mid: mid,
    }  # fmt: skip
    for each, colour in colours.items():
        palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(group.Disabled, each, QColor(faint))
    palette.setColor(group.Disabled, role.Highlight, QColor(mid))
    return palette
