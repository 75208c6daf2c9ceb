"""What may be said to `paint` on the command line, and what is meant by it.

Nothing heavy is imported before it is needed: `--help` is to answer at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from core.errors import SettingError

if TYPE_CHECKING:
    from core.document import Rgb

PATH = click.Path(path_type=Path)
"""What a file's or folder's name becomes, not looked at."""

Command = TypeVar("Command", bound=Callable[..., Any])


def _colour(_context: click.Context, _option: click.Parameter, text: str) -> Rgb:
    """A sheet's colour from black, white or #rrggbb."""
    from core.document import rgb_from_hex

    try:
        return rgb_from_hex({"black": "#000000", "white": "#ffffff"}.get(text.lower(), text))
    except ValueError as error:
        raise SettingError("background", text, "give black, white or #rrggbb") from error


def _range(_context: click.Context, option: click.Parameter, text: str) -> tuple[float, float]:
    """The least and the most of LEAST-MOST."""
    parts = text.split("-")
    try:
        least, most = (float(each) for each in parts)
    except ValueError as error:
        raise SettingError(str(option.name), text, "give the least and the most, such as 0.5-2") from error
    return least, most


_ARGUMENTS: tuple[Callable[[Any], Any], ...] = (
    click.argument("image", required=False),
    click.option("--img", hidden=True, help="IMAGE in the published spelling."),
    click.option(
        "-o",
        "--out",
        type=PATH,
        default="painting",
        help="Folder for the painting; made where it is missing. Of a film the new film.",
    ),
    click.option(
        "--max-step", type=click.IntRange(1, 1_000_000), default=100, help="Steps as published, 5 strokes each."
    ),
    click.option(
        "--divide",
        type=click.IntRange(1),
        default=4,
        help="Patches of 128 px along the longer side, at the finest level.",
    ),
    click.option("--strokes", type=click.IntRange(1), help="Exact number of strokes, whatever --max-step says."),
    click.option(
        "--preset",
        type=click.Choice(["default", "paper"]),
        default="default",
        help="default: coarse to fine, where the error is; paper: as published.",
    ),
    click.option(
        "--stroke-type",
        default="bezier",
        help="The brush: bezier, bezier-opaque, triangle, circle or flat. Or a mix: triangle@1-2,bezier paints the two"
        " coarsest levels with triangles; bezier:3,circle:1 lays three strokes for each circle.",
    ),
    click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="Of where the default preset looks."),
    click.option(
        "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", help="Where the networks run."
    ),
    click.option(
        "--actor",
        type=PATH,
        multiple=True,
        help="Other weights than the bundled: .safetensors, or a published actor.pkl. Of a mix, one for each type.",
    ),
    click.option(
        "--refine",
        help="Then better all strokes together: 200 steps, or 5s for seconds; or colours, which is done at once.",
    ),
    click.option(
        "--loss",
        type=click.Choice(["l2", "l1", "mixed"]),
        default="l2",
        help="What --refine lowers: squared error; absolute error, for edges; or squared error and structure.",
    ),
    click.option(
        "--ways",
        type=click.Choice([1, 2, 4, 8]),
        default=1,
        help="Turned and mirrored ways to look at each window: better strokes in as many times the time.",
    ),
    click.option(
        "--min-size",
        type=click.FloatRange(0, 50),
        default=0.0,
        help="Least length of strokes, in hundredths of the photo's longer side: 1 keeps confetti away.",
    ),
    click.option(
        "--style",
        help="poster, loose, classic, detailed, photo, or a number from 0 to 100 between them: how many strokes, how"
        " large and how opaque, but for what other options say.",
    ),
    click.option(
        "--boldness",
        type=click.FloatRange(0.25, 4),
        default=1.0,
        help="With --style: so many times fewer strokes, each so much larger.",
    ),
    click.option(
        "--width", callback=_range, default="0-100", help="Thickness of strokes, least and most, likewise: 1-4."
    ),
    click.option("--opacity", callback=_range, default="0-1", help="Of strokes, least and most: 0.8-1 covers well."),
    click.option(
        "--palette",
        help="Only these colours: so many of the photo's own, such as 12; pigments, 24 common paints;"
        " #rrggbb,#rrggbb,...; or a file: .gpl, .ase, or text with a colour a line.",
    ),
    click.option("--focus", type=PATH, help="A picture, white where it is to be exact, black where not; or faces."),
    click.option("--protect", type=PATH, help="A picture that is white where no stroke may go."),
    click.option("--renderer", type=PATH, help="Let the actor see what this network draws: a published renderer.pkl."),
    click.option("--background", callback=_colour, default="black", help="Of the sheet: black, white or #rrggbb."),
    click.option(
        "--size", type=click.IntRange(1), help="Longer side of painting.png or film, pixels; its own if left out."
    ),
    click.option("--frames", is_flag=True, help="Also write frames/, a PNG every 50 strokes."),
    click.option("--video", is_flag=True, help="Also write painting.mp4."),
    click.option("--svg/--no-svg", default=True, help="Write painting.svg."),
    click.option(
        "--cluster",
        metavar="local|ADDRESS",
        help="Of a folder or film: paint it by many processes, here or on the machines of the Ray cluster with that"
        " address.",
    ),
    click.option("--workers", type=click.IntRange(1), help="With --cluster: how many; by default one a GPU or core."),
)


def paint_arguments(command: Command) -> Command:
    """Give a command what `paint` takes: fields of `PaintOptions`, and what decides which of them and where to."""
    for add in reversed(_ARGUMENTS):
        command = add(command)
    return command


def styled(options: dict[str, Any], given: set[str]) -> dict[str, Any]:
    """Options in the style that they name, but for what was asked for besides.

    Args:
        options: As `paint_arguments` gives them; `style` and `boldness` are taken out.
        given: Names of those that were asked for.

    Returns:
        Fields of `PaintOptions`.

    Raises:
        SettingError: If there is no such style, or a boldness without one.
    """
    named, boldness = options.pop("style"), options.pop("boldness")
    if named is None:
        if "boldness" in given:
            raise SettingError("boldness", boldness, "it is of a style; add --style loose")
        return options
    from core.style import style, style_named

    found = style(style_named(named), boldness)
    of_style = {"divide": found.divide, "width": found.width, "opacity": found.opacity}
    if not given & {"strokes", "max_step"}:
        of_style["strokes"] = found.strokes
    return options | {name: value for name, value in of_style.items() if name not in given}
