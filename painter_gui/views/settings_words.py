"""Settings in words, as the queue tells what it paints with."""

from __future__ import annotations

from core.bounds import WHOLE
from core.document import rgb_to_hex
from core.mix import Mix
from painter_gui.paint_settings import PaintSettings
from painter_gui.views.stroke_types import type_names
from painter_gui.wording import translate


def settings_words(settings: PaintSettings) -> str:
    """Settings in a line."""
    names = type_names()
    types = ", ".join(dict.fromkeys(names.get(each, each) for each in Mix.parse(settings.stroke_type).stroke_types))
    devices = {"auto": "", "cpu": translate("Studio", "Processor"), "cuda": "NVIDIA GPU"}
    presets = {"default": "", "paper": translate("Studio", "as published")}
    parts = [
        types,
        translate("Studio", "{count} strokes").format(count=f"{settings.total:,}"),
        translate("Studio", "divide {divide}").format(divide=settings.divide),
        presets.get(settings.preset, settings.preset),
        _limits(translate("Studio", "Brush"), settings.width, (0.0, WHOLE)),
        _limits(translate("Studio", "Opacity"), settings.opacity, (0.0, 1.0)),
        _palette_words(settings.palette),
        translate("Studio", "no masks, which are of one photo") if settings != settings.of_any_photo() else "",
        translate("Studio", "sheet {colour}").format(colour=rgb_to_hex(settings.background)),
        translate("Studio", "seed {seed}").format(seed=settings.seed),
        devices[settings.device],
        translate("Studio", "weights {name}").format(name=settings.actor.name) if settings.actor is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def _limits(what: str, limits: tuple[float, float], usual: tuple[float, float]) -> str:
    return "" if limits == usual else f"{what} {limits[0]:g}–{limits[1]:g}"


def _palette_words(palette: str | None) -> str:
    if palette is None:
        return ""
    if palette == "pigments":
        return translate("Studio", "Common paints")
    if palette.isdecimal():
        return translate("Studio", "{count} colours of each photo").format(count=palette)
    return translate("Studio", "{count} colours").format(count=palette.count("#"))
