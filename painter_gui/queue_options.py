"""How the queue paints: the panel's settings and the queue's own choices, as the command line's options."""

from __future__ import annotations

from core.paint_options import PaintOptions
from painter_gui.paint_settings import PaintSettings
from painter_gui.queue_model import QueueChoices


def paint_options(settings: PaintSettings, choices: QueueChoices) -> PaintOptions:
    """The options of painting the queue; the only place that knows which setting is which option.

    Masks are left out: they are of one photo.
    """
    return PaintOptions(
        stroke_type=settings.stroke_type,
        preset=settings.preset,
        max_step=settings.max_step,
        divide=settings.divide,
        strokes=settings.strokes,
        width=settings.width,
        opacity=settings.opacity,
        palette=settings.palette,
        background=settings.background,
        seed=settings.seed,
        device=settings.device,
        actor=() if settings.actor is None else (settings.actor,),
        refine=str(choices.refine) if choices.refine else None,
        frames=choices.frames,
        video=choices.film,
        svg=choices.svg,
    )
