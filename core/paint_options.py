"""How `paint` paints and what it writes, whatever the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.bounds import WHOLE
from core.document import BLACK, Rgb


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintOptions:
    """The options of the command line, those of `PaintJob` explained there."""

    stroke_type: str = "bezier"
    preset: str = "default"
    max_step: int = 100
    divide: int = 4
    strokes: int | None = None
    background: Rgb = BLACK
    seed: int = 0
    ways: int = 1
    min_size: float = 0.0
    width: tuple[float, float] = (0.0, WHOLE)
    opacity: tuple[float, float] = (0.0, 1.0)
    palette: str | None = None
    """As of `core.palette.palette_named`."""
    focus: Path | None = None
    """A picture whose brightness counts."""
    protect: Path | None = None
    """Likewise."""
    device: str = "auto"
    """Where the networks run."""
    actor: Sequence[Path] = ()
    """Other weights than the bundled."""
    renderer: Path | None = None
    """Weights of a network that draws what the actor sees."""
    refine: str | None = None
    """Steps, seconds or colours; see `core.refine.amount`."""
    loss: str = "l2"
    """What refinement lowers."""
    size: int | None = None
    """Longer side of painting.png, pixels."""
    frames: bool = False
    """Frames are written too."""
    video: bool = False
    """A film of the painting is written too."""
    svg: bool = True
    """An SVG is written too."""
