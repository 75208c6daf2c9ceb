"""The one entry: without a command the studio opens; `paint`, `score`, `export`, `train`, `bench` need no window.

Every command is a call or two into the packages.

Heavy modules are imported by the commands that need them, so that `--help` answers at once.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmarks.command import bench
from core.endings import endings_heard
from core.errors import EXIT_BAD_INPUT, EXIT_BUG, EXIT_CANCELLED, PainterError, SettingError
from core.paint_arguments import PATH, paint_arguments, styled
from core.program import program_command, program_name

if TYPE_CHECKING:
    from core.paint_options import PaintOptions


def _print_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from core.version import version

    click.echo(f"Strokewise {version()}")
    context.exit()


@click.group(
    no_args_is_help=False,  # it would end with an error's exit code; see `main`
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 110,
        "show_default": True,
        "token_normalize_func": lambda name: name.replace("_", "-"),  # the published program has --max_step
    },
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show it.")
def cli() -> None:
    """Strokewise paints your photo, stroke by stroke."""


@cli.command()
@paint_arguments
@click.pass_context
def paint(
    context: click.Context,
    /,
    image: str | None,
    img: str | None,
    out: Path,
    cluster: str | None,
    workers: int | None,
    **options: Any,
) -> None:
    """Paint IMAGE, a picture file or sample:NAME, into a folder.

    A folder IMAGE has every picture in it painted, each into a folder of its own; what is finished there is skipped.
    A film IMAGE (.mp4, .webm, .gif, .mov, .mkv, .avi) becomes a film, such as -o painted.mp4.
    """
    sources = [each for each in (image, img) if each]
    if not sources:
        raise click.UsageError("Name a picture to paint, such as photo.jpg or sample:astronaut.")
    if len(sources) > 1:
        raise click.UsageError(f"Name one picture; leave out {sources[0]} or --img {sources[1]}.")
    from core.paint_command import paint_picture
    from core.paint_options import PaintOptions
    from core.painted_film import becomes_film

    chosen = PaintOptions(**styled(options, _given(context)))
    if workers is not None and cluster is None:
        raise SettingError("workers", workers, "they are a cluster's; add --cluster local")
    if os.path.isdir(sources[0]):
        context.exit(_paint_folder(Path(sources[0]), out, chosen, cluster=cluster, workers=workers))
    if becomes_film(sources[0], out):
        _paint_film(Path(sources[0]), out, chosen, _given(context), cluster=cluster, workers=workers)
        return
    if cluster is not None:
        raise SettingError("cluster", cluster, "it is for films and folders of pictures; leave it out for one picture")
    report = paint_picture(sources[0], out, chosen)
    for part in report["idle"]:
        click.echo(f"note: {part} had nothing to paint; give more --strokes, or other levels", err=True)
    click.echo(
        f"{report['strokes']} strokes in {report['seconds']:.1f} s on {report['device']}: "
        f"PSNR {report['psnr_512']:.2f} dB, SSIM {report['ssim_512']:.3f} at 512 px, in {click.format_filename(out)}"
    )


def _paint_folder(folder: Path, out: Path, options: PaintOptions, **places: Any) -> int:
    """Paint all pictures in a folder and sum it up; returns the exit code."""
    from core.batch import Ending
    from core.paint_command import paint_folder

    outcomes = paint_folder(folder, out, options, **places)
    endings = [outcome.ending for outcome in outcomes]
    counts = ", ".join(f"{endings.count(ending)} {ending.value}" for ending in Ending)
    click.echo(f"{len(outcomes)} pictures: {counts}, in {click.format_filename(out)}")
    for outcome in outcomes:
        if outcome.error is not None:
            _refused(str(outcome.error))
    return EXIT_BAD_INPUT if Ending.FAILED in endings else 0


def _paint_film(source: Path, out: Path, options: PaintOptions, given: set[str], **places: Any) -> None:
    """Paint a film and sum it up."""
    from core.paint_command import paint_film

    report = paint_film(source, out, options, given, **places)
    click.echo(
        f"{report.frames} frames in {report.seconds:.1f} s ({report.frames / report.seconds:.1f} a second) on "
        f"{report.device}: {report.strokes} strokes, PSNR {report.psnr:.2f} dB, in {click.format_filename(out)}"
    )


def _given(context: click.Context) -> set[str]:
    """Names of the parameters that were asked for, not left as they are by default."""
    asked = click.core.ParameterSource.COMMANDLINE
    return {name for name in context.params if context.get_parameter_source(name) == asked}


@cli.command()
@click.argument("image")
@click.argument("picture")
def score(image: str, picture: str) -> None:
    """Print L2, PSNR and SSIM of PICTURE against IMAGE, both shrunk to squares of 128, 256 and 512 px."""
    from core.images import load_picture
    from core.metrics import score_table

    table = score_table(load_picture(image), load_picture(picture))
    click.echo("  px        L2    PSNR    SSIM")
    for side in (128, 256, 512):
        click.echo(f"{side:4d}  {table[f'l2_{side}']:8.6f}  {table[f'psnr_{side}']:6.2f}  {table[f'ssim_{side}']:6.4f}")


@cli.command()
@click.argument("strokes", type=PATH)
@click.option(
    "-o",
    "--out",
    type=PATH,
    required=True,
    help="FILE.png, .jpg, .webp, .tif, .svg, .svgz, .json, .mp4, .webm or .gif, .pdf for a painting lesson, or a"
    " folder for frames.",
)
@click.option("--size", type=click.IntRange(1), help="Longer side in pixels, for pictures, films and cards.")
@click.option("--profile", type=click.Choice(["exact", "compatible", "plotter"]), default="exact",
              help="Of SVG: as the canvas, by masks; near it, without masks; or lines for pens.")  # fmt: skip
@click.option("--title", help="Of SVG, a lesson or a mixing sheet: the picture's name.")
@click.option("--description", help="Of SVG: what it shows.")
@click.option(
    "--group", default="step", help="Of SVG: strokes grouped by step, level, colour (in layers), or so many at a time."
)
@click.option("--decimals", type=click.IntRange(0, 6), default=2, help="Of SVG: how exact its numbers are.")
@click.option(
    "--paper", default="a4", help="For a plotter or a lesson: a6 to a2, letter, tabloid or WIDTHxHEIGHT in mm."
)
@click.option("--margin", type=float, default=15, help="For a plotter or a lesson: of the paper, mm.")
@click.option("--pen", type=float, default=0.5, help="For a plotter: width of a line, mm.")
@click.option("--pens", default="6", help="For a plotter: how many, their colours #rrggbb,#rrggbb,..., or palette.")
@click.option("--lines", type=click.Choice(["centre", "outline"]), default="centre", help="For a plotter: of a stroke.")
@click.option("--ordered/--painted-order", default=True, help="For a plotter: lift the pen as little as possible.")
@click.option("--seconds", type=float, default=10, help="Of a film: how long the painting takes.")
@click.option("--strokes-a-frame", type=click.IntRange(1), help="Of a film: instead of --seconds.")
@click.option("--easing", type=click.Choice(["constant", "slow-start", "slow-end", "slow-both"]), default="constant",
              help="Of a film: when it is slow.")  # fmt: skip
@click.option("--fps", type=click.IntRange(1), help="Of a film: frames a second; 30, or 20 of a .gif.")
@click.option("--result-first", type=float, default=0, help="Of a film: seconds that it opens with the result.")
@click.option("--hold", type=float, default=1, help="Of a film: seconds that the result is shown at the end.")
@click.option("--shape", type=click.Choice(["1:1", "9:16", "16:9"]), help="Of a film: fit it into such a frame.")
@click.option("--beside", type=PATH, help="Of a film or a lesson: a photo to show beside the painting.")
@click.option("--lesson", is_flag=True, help="Of a folder: fill it with a lesson's cards as pictures, not with frames.")
@click.option("--chapters", type=int, default=6, help="Of a lesson: how many steps.")
@click.option("--by", type=click.Choice(["detail", "colour"]), default="detail",
              help="Of a lesson: from large strokes to small, or colour by colour.")  # fmt: skip
@click.option("--colours", type=int, default=12, help="Of a lesson or a mixing sheet: at most so many to be mixed.")
@click.option("--mixing", is_flag=True, help="Of .pdf or a picture: a sheet of how to mix the painting's colours.")
@click.option("--paints", default="pigments",
              help="Of a mixing sheet: what to mix from: pigments, a palette's file, or #rrggbb NAME,...")  # fmt: skip
@click.option("--grid", type=int, default=4, help="Of a lesson: squares along each side to find places by; 0 for none.")
@click.option("--every", type=click.IntRange(1), default=50, help="Of frames: strokes from one to the next.")
@click.option("--count", type=click.IntRange(2), help="Of frames: how many, instead of --every.")
@click.option("--transparent", is_flag=True, help="Of frames: leave the sheet out.")
@click.pass_context
def export(
    context: click.Context, /, strokes: Path, out: Path, paper: str, pens: str, group: str, beside: Path | None,
    paints: str, **options: Any,
) -> None:  # fmt: skip
    """Draw saved strokes again: as a picture, film or frames of any size, SVG, strokes, a lesson, a mixing sheet."""
    from dataclasses import fields

    from core.export.document import ExportOptions, export_document, refuse_unused
    from core.export.lesson import LessonOptions
    from core.export.mixing_sheet import MixingOptions
    from core.export.papers import paper_named
    from core.export.stroke_json import read_json
    from core.export.svg import SvgOptions
    from core.export.svg_plotter import PlotterOptions, pens_named
    from core.export.video import FilmOptions
    from core.images import load_picture
    from core.mixing import paints_named
    from core.progress_bar import progress_bar

    refuse_unused(
        _given(context) - {"strokes", "out"}, out, plotter=options["profile"] == "plotter", lesson=options["lesson"],
        mixing=options["mixing"],
    )  # fmt: skip

    def those_of(kind: Any, **special: Any) -> dict[str, Any]:
        return {each.name: options[each.name] for each in fields(kind) if each.name in options} | special

    chosen = ExportOptions(
        **those_of(ExportOptions),
        svg=SvgOptions(**those_of(SvgOptions, group=int(group) if group.isdecimal() and len(group) < 10 else group)),
        plotter=PlotterOptions(**those_of(PlotterOptions, paper=paper_named(paper), pens=pens_named(pens))),
        film=FilmOptions(**those_of(FilmOptions)),
        teaching=LessonOptions(**those_of(LessonOptions, paper=paper_named(paper), title=options["title"] or "")),
        sheet=MixingOptions(**those_of(MixingOptions, paints=paints_named(paints), title=options["title"] or "")),
        photograph=load_picture(beside) if beside else None,
    )
    started = time.monotonic()
    document = read_json(strokes)
    with progress_bar("export", "part") as show:
        export_document(document, out, options=chosen, progress=show)
    if out.is_dir():  # what else lies there was there before
        written = f"{sum(path.name.startswith(('frame-', 'step-')) for path in out.iterdir())} files"
    else:
        written = f"{out.stat().st_size / 1000:,.0f} kB"
    seconds = time.monotonic() - started
    click.echo(f"{len(document.strokes)} strokes in {seconds:.1f} s: {written}, in {click.format_filename(out)}")


@cli.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def train(arguments: tuple[str, ...]) -> None:
    """Train the networks from your own pictures: `painter`, `renderer`, `pack`."""
    from training.command import run

    run(list(arguments), program=f"{program_name()} train")


@cli.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def experiment(arguments: tuple[str, ...]) -> None:
    """Repeat an experiment of the paper: train its arms with one budget, plot and compare them."""
    from training.command import run

    run(["experiment", *arguments], program=program_name())


@cli.command()
@click.option("--remove", is_flag=True, help="Take it out again.")
def desktop(remove: bool) -> None:
    """Enter the studio in this Linux desktop's menu, and as what opens saved sessions."""
    from painter_gui import desktop as entries

    if not sys.platform.startswith("linux"):
        raise SettingError("desktop", sys.platform, "that is for Linux; docs/installing.md tells of others")
    folder = entries.data_folder()
    changed = entries.remove(folder) if remove else entries.enter(program_command(), folder)
    for path in changed:
        click.echo(f"{'removed' if remove else 'written'}: {click.format_filename(path)}")


cli.add_command(bench)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit code: 0 done, 1 a bug, 2 bad input or a disk that refuses, 130 cancelled."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    # A thread that waits for the others spins, by default so long that two programs on the same cores bring each other
    # to a halt (a painting beside a training run took 20 times as long). OpenMP reads this when it is first loaded.
    # Training, a fifth faster with long spins, is left as the user has it: it mostly has its machine to itself.
    trains = arguments[:1] in (["train"], ["experiment"]) or arguments[:2] == ["bench", "train"]
    if "OMP_WAIT_POLICY" not in os.environ and not trains:
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    if not arguments or (len(arguments) == 1 and _names_a_picture(arguments[0])):
        return _studio(arguments[0] if arguments else None)
    if arguments[0] not in cli.commands and any(f"{each}=".startswith("--img=") for each in arguments):
        arguments = ["paint", *arguments]  # the published test.py has no commands
    try:
        with endings_heard(_interrupt, interrupts=False), cli.make_context(program_name(), arguments) as context:
            cli.invoke(context)
    except click.exceptions.Exit as done:  # --help and --version
        return done.exit_code
    except click.ClickException as error:
        return _refused(_with_help_named(error))
    except PainterError as error:
        return _refused(str(error))
    except MemoryError:
        return _refused("There is too little memory; close other programs or choose a smaller picture or --size.")
    except OSError as error:
        return _refused(f"The system says “{error.strerror or error}”; check the disk and what else is running.")
    except SystemExit as done:  # `train --help`, whose parser is not click's
        return int(done.code or 0)
    except KeyboardInterrupt:
        click.echo("cancelled", err=True)
        return EXIT_CANCELLED
    except Exception:  # nothing else is left: told as what it is, with the exit code that stands for it
        traceback.print_exc()
        click.echo("error: this is a bug in Strokewise; the lines above help to mend it", err=True)
        return EXIT_BUG
    return 0


def _names_a_picture(argument: str) -> bool:
    """Whether the only argument is something to open, rather than a command or an option, misspelled or not."""
    if argument in cli.commands or argument.startswith("-"):
        return False
    return argument.startswith("sample:") or bool(Path(argument).suffix) or os.path.exists(argument)


def _studio(source: str | None) -> int:
    """Open the studio, where there is a display to open it on."""
    from painter_gui.display import instead, there_is_a_display

    if not there_is_a_display():
        return _refused(instead())
    from painter_gui.app import run_studio

    return run_studio(source)


def _interrupt() -> None:
    """With nothing left half-written, as Ctrl-C does."""
    raise KeyboardInterrupt


def _refused(problem: str) -> int:
    """Tell what is wrong in one line, whatever a file may be called; returns the exit code."""
    click.echo(f"error: {' '.join(problem.splitlines())}", err=True)
    return EXIT_BAD_INPUT


def _with_help_named(error: click.ClickException) -> str:
    """A wrong use of the command line, and where the right one is told."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    return error.format_message() + (f" See {context.command_path} --help." if context else "")


if __name__ == "__main__":
    multiprocessing.freeze_support()  # in a frozen program, the queue's process begins here too
    sys.exit(main())
