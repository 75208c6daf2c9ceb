"""The status bar: strokes, pace, nearness, time left, and the machine."""

from __future__ import annotations

import math
import sys

import psutil
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from painter_gui.brushwork import REFINE_STEPS, Phase
from painter_gui.controller import Controller
from painter_gui.wording import Worded, translate


class StatusView(Worded, QStatusBar):
    """Shows figures that do not jump about while they change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strokes, self.rate, self.psnr, self.left, self.machine = (QLabel(self) for _ in range(5))
        for label in (self.strokes, self.rate, self.psnr, self.left, self.machine):
            self.addPermanentWidget(label)
        self._controller: Controller | None = None
        self.say(self._say_words)

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
        if self._controller is not None:
            self.show_state(self._controller)
            self.show_machine(self._controller.device_name)

    def show_state(self, controller: Controller) -> None:
        """Show a controller's figures."""
        self._controller = controller
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

    def show_machine(self, device_name: str) -> None:
        """Show the device and how much memory is in use: now and then, for asking the system takes its time."""
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
