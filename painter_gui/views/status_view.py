"""The status bar: strokes, pace, nearness, time left, and the machine."""

from __future__ import annotations

import math
import sys

import psutil
from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from painter_gui.brushwork import REFINE_STEPS, Phase
from painter_gui.controller import Controller
from painter_gui.wording import Worded, translate

_LOOK_MS = 100
"""Between two looks at figures that change by themselves."""

_LOOKS_A_MEMORY = 10
"""Looks from one at the memory in use to the next."""


class StatusView(Worded, QStatusBar):
    """Shows a controller's figures, which do not jump about while they change."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strokes, self.rate, self.psnr, self.left, self.machine = (QLabel(self) for _ in range(5))
        for label in (self.strokes, self.rate, self.psnr, self.left, self.machine):
            self.addPermanentWidget(label)
        self._controller = controller
        self._looks = 0
        self._looking = QTimer(self, interval=_LOOK_MS)
        self._looking.timeout.connect(self._on_look)
        controller.opened.connect(self._on_opened)
        for changed in (
            controller.document_changed, controller.position_changed, controller.phase_changed,
            controller.settings_changed,
        ):  # fmt: skip
            changed.connect(self._show_state)
        controller.device_changed.connect(self._show_machine)
        self.say(self._say_words)
        self._on_opened()

    def _say_words(self) -> None:
        for label, text in (
            (self.strokes, translate("Studio", "Strokes painted, of those planned")),
            (self.rate, translate("Studio", "Strokes a second")),
            (self.psnr, translate("Studio", "How near the moment shown is to the photo (PSNR)")),
            (self.left, translate("Studio", "Time left")),
            (self.machine, translate("Studio", "What the networks run on, and the memory in use")),
        ):
            label.setToolTip(text)
            label.setAccessibleDescription(text)
        self._show_state()
        self._show_machine()

    @Slot()
    def _on_opened(self) -> None:
        self._show_state()
        if self._controller.photo is not None:
            self._looking.start()
        else:
            self._looking.stop()

    @Slot()
    def _on_look(self) -> None:
        self._show_state()
        self._looks += 1
        if self._looks % _LOOKS_A_MEMORY == 0:
            self._show_machine()

    def stop_looking(self) -> None:
        """The controller is about to be closed."""
        self._looking.stop()

    @Slot()
    def _show_state(self) -> None:
        controller = self._controller
        there = controller.phase is not Phase.EMPTY
        count, rate = len(controller.document.strokes), controller.brushwork.rate
        painting, refined = controller.phase is Phase.PAINTING, controller.brushwork.refined
        self._show(
            self.strokes,
            translate("Studio", "{count} of {planned} strokes").format(
                count=f"{count:,}", planned=f"{controller.planned:,}"
            ),
            translate("Studio", "{count} of {planned} strokes").format(count="88,888", planned="88,888"),
            there,
        )
        self._show(
            self.rate,
            _pace(controller),
            translate("Studio", "{rate} strokes/s").format(rate="88,888"),
            there,
        )
        nearness = psnr_of(controller)
        self._show(self.psnr, "" if nearness is None else f"{nearness:.1f} dB", "88.8 dB", there)
        left = translate("Studio", "preparing…") if controller.phase is Phase.REFINING and refined is None else ""
        if painting:
            seconds = (controller.planned - count) / rate if rate else math.inf
            left = translate("Studio", "preparing…") if math.isinf(seconds) else clock(seconds)
        self._show(self.left, left, translate("Studio", "preparing…"), there)

    @Slot()
    def _show_machine(self) -> None:
        """Show the device and how much memory is in use: now and then, for asking the system takes its time."""
        device_name = self._controller.device_name
        name = translate("Studio", "Processor") if device_name == "cpu" else device_name
        self.machine.setText(f"{name} · {_memory(device_name)}" if name else _memory(device_name))

    @staticmethod
    def _show(label: QLabel, text: str, widest: str, visible: bool) -> None:
        if label.isHidden() == visible:
            label.setVisible(visible)
        width = label.fontMetrics().horizontalAdvance(widest) + 6
        if label.minimumWidth() != width:
            label.setMinimumWidth(width)
        label.setText(text)


def _pace(controller: Controller) -> str:
    """Strokes a second, or how far a refinement has come."""
    refined = controller.brushwork.refined
    if refined is not None:
        return translate("Studio", "refining: {share} %").format(share=round(100 * refined.steps / REFINE_STEPS))
    rate = controller.brushwork.rate
    return translate("Studio", "{rate} strokes/s").format(rate=f"{rate:,.0f}") if rate else ""


def psnr_of(controller: Controller) -> float | None:
    """How near the moment shown is to the photo, dB, or the best of a refinement; None where it was not measured."""
    if not controller.position:
        return None
    if controller.brushwork.refined is not None:
        return -10 * math.log10(max(controller.brushwork.refined.error, 1e-10))
    return controller.document.psnr_after(controller.position)


def clock(seconds: float) -> str:
    """A time as minutes and seconds, or hours, minutes and seconds."""
    whole = math.ceil(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _memory(device_name: str) -> str:
    """What is in use: of the GPU where the networks run on one, else by this program."""
    torch = sys.modules.get("torch")
    if device_name not in ("", "cpu") and torch is not None and torch.cuda.is_available():
        return f"{torch.cuda.memory_reserved() / 2**30:.1f} GiB"
    return f"{psutil.Process().memory_info().rss / 2**30:.1f} GiB"
