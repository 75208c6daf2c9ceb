"""The commands of `bench`; each imports what it measures with when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from core.errors import SettingError

PATH = click.Path(path_type=Path)


@click.group(no_args_is_help=False)
def bench() -> None:
    """Measure speed and quality on this machine."""


DEVICE = click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", help="Where it runs.")
PHOTO = click.option("--photo", default="sample:astronaut", help="What is painted: a picture file or sample:NAME.")
REPEATS = click.option("--repeats", type=click.IntRange(1), default=3, help="Of each measurement.")
HELD_OUT = click.option(
    "--held-out",
    type=PATH,
    help="Folder of photos-a.zip and faces-b.zip, with the pictures of benchmarks/held_out.csv; ../shared/data if it is"
    " there, else scikit-image's photographs alone are painted.",
)
SHEET = click.option("--sheet", "sheet_path", type=PATH, help="Also write a picture sheet here: .png or .jpg.")
JSON = click.option("--json", "json_path", type=PATH, help="Also write it here, with hardware and versions.")


@bench.command("train")
@click.option("--batch", type=click.IntRange(2), default=32, help="Transitions an update learns from.")
@click.option("--envs", type=click.IntRange(2), default=96, help="Sheets being painted, a multiple of --batch.")
@click.option("--width", type=click.FloatRange(1 / 64, 4), default=0.5, help="Of actor and critic, over ResNet-18.")
@click.option("--repeats", type=click.IntRange(1), default=5, help="Of each measurement.")
@DEVICE
@click.option("--precision", type=click.Choice(["auto", "float32", "bfloat16"]), default="auto", help="Of our layers.")
@click.option("--compile/--no-compile", "compiled", default=False, help="Compile our actor.")
@JSON
def bench_train(device: str, json_path: Path | None, precision: str, compiled: bool, **options: Any) -> None:
    """Updates a second of the painter's training, beside a plain port of the published loop."""
    from benchmarks.learner_loop import LearnerLoop
    from benchmarks.training_speed import bench_train as measure
    from training.device import chosen_device

    if options["envs"] % options["batch"]:
        raise SettingError("--envs", options["envs"], f"it must be a multiple of --batch, {options['batch']}")
    place = chosen_device(device)
    sizes = {name: options[name] for name in ("batch", "envs", "width")}
    ours = LearnerLoop(**sizes, device=place, precision=precision, compiled=compiled)
    measure(**options, device=place, json_path=json_path, ours=ours)


@bench.command("export")
@REPEATS
@click.option("--largest", type=click.IntRange(1, 16_384), default=16_384, help="Side of the largest picture, pixels.")
@JSON
def bench_export(repeats: int, largest: int, json_path: Path | None) -> None:
    """Seconds from a painting of 4,250 strokes to each form it can leave in, and memory of the largest picture."""
    from benchmarks.export_speed import STROKES
    from benchmarks.export_speed import bench_export as measure
    from core.files import checked_output_folder

    if json_path is not None:
        checked_output_folder(json_path.parent)
    measure(_painting("sample:astronaut", STROKES), repeats=repeats, largest=largest, json_path=json_path)


@bench.command("gui")
@click.option("--side", type=click.IntRange(16, 8192), default=2048, help="Of the photo, pixels.")
@click.option("--strokes", type=click.IntRange(10), default=10_000, help="Of the painting.")
@JSON
def bench_gui(side: int, strokes: int, json_path: Path | None) -> None:
    """Whether the studio answers while it paints: delays, scrubbing, cancelling, start."""
    from benchmarks.gui_speed import bench_gui as measure

    measure(side=side, strokes=strokes, json_path=json_path)


@bench.command("paint")
@PHOTO
@DEVICE
@REPEATS
@click.option("--strokes", type=int, multiple=True, default=[100, 1_000, 10_000], help="Also so many; again for more.")
@click.option("--large", is_flag=True, help="Also 50,000 strokes at 4K.")
@click.option("--published", is_flag=True, help="In turn with a plain port of the published program: minutes.")
@JSON
def bench_paint(
    photo: str,
    device: str,
    repeats: int,
    strokes: tuple[int, ...],
    large: bool,
    published: bool,
    json_path: Path | None,
) -> None:
    """Seconds to paint 200 strokes at 128 px, 4,250 strokes at divide 4, and more and more of them."""
    from benchmarks.painting_speed import bench_paint as measure
    from benchmarks.published_test import PublishedTest
    from core.device import chosen_device
    from core.images import load_picture
    from core.weights import load_actor

    actor, place = load_actor(None, stroke_type="bezier"), chosen_device(device)
    measure(
        actor,
        load_picture(photo),
        device=place,
        repeats=repeats,
        counts=strokes,
        large=large,
        published=PublishedTest(device=place) if published else None,
        json_path=json_path,
    )


@bench.command("actor")
@DEVICE
@click.option("--batch", type=click.IntRange(1), multiple=True, default=[1, 8, 32], help="Windows at a time.")
@JSON
def bench_actor(device: str, batch: tuple[int, ...], json_path: Path | None) -> None:
    """Seconds of an actor's answers, over what their arithmetic alone would take."""
    from benchmarks.painting_speed import bench_actor as measure
    from core.device import chosen_device
    from core.weights import load_actor

    place = chosen_device(device)
    measure(load_actor(None, stroke_type="bezier"), device=place, batches=batch, json_path=json_path)


@bench.command("raster")
@PHOTO
@click.option("--strokes", type=click.IntRange(1), default=10_000, help="Of the painting.")
@click.option("--side", type=click.IntRange(16, 16_384), multiple=True, default=[1_024, 3_840], help="Longer side, px.")
@DEVICE
@REPEATS
@JSON
def bench_raster(
    photo: str, strokes: int, side: tuple[int, ...], device: str, repeats: int, json_path: Path | None
) -> None:
    """Seconds to draw a painting again, over what moving its pixels alone would take."""
    from benchmarks.painting_speed import bench_raster as measure
    from core.device import chosen_device

    place = chosen_device(device)
    measure(_painting(photo, strokes, place), device=place, sides=side, repeats=repeats, json_path=json_path)


@bench.command("scaling")
@PHOTO
@DEVICE
@click.option("--most-strokes", type=click.IntRange(1_000), default=100_000, help="Of the longest painting.")
@click.option("--largest", type=click.IntRange(512, 16_384), default=8_192, help="Side of the largest canvas, pixels.")
@click.option("--plot", "plot_path", type=PATH, help="Also draw it here: .png or .svg; needs matplotlib.")
@JSON
def bench_scaling(
    photo: str, device: str, most_strokes: int, largest: int, plot_path: Path | None, json_path: Path | None
) -> None:
    """Seconds and memory of painting and drawing by strokes, canvas and divide."""
    from benchmarks import scaling
    from core.device import chosen_device
    from core.images import load_picture
    from core.weights import load_actor

    scaling.bench_scaling(
        load_actor(None, stroke_type="bezier"),
        load_picture(photo),
        device=chosen_device(device),
        strokes=[count for count in scaling.STROKES if count <= most_strokes],
        sides=[side for side in scaling.SIDES if side <= largest],
        plot_path=plot_path,
        json_path=json_path,
    )


@bench.command("timeline")
@PHOTO
@click.option("--strokes", type=click.IntRange(1), default=10_000, help="Of the painting.")
@click.option("--side", type=click.IntRange(16, 16_384), default=2_048, help="Of the canvas, pixels.")
@click.option("--jumps", type=click.IntRange(1), default=200, help="To moments at random.")
@JSON
def bench_timeline(photo: str, strokes: int, side: int, jumps: int, json_path: Path | None) -> None:
    """Seconds to jump to any moment of a painting, and to play it."""
    from benchmarks.painting_speed import bench_timeline as measure

    measure(_painting(photo, strokes), side=side, jumps=jumps, json_path=json_path)


@bench.command("cluster")
@PHOTO
@click.option("--strokes", type=click.IntRange(1), help="Of each painting; by default as many as paint makes.")
@click.option("--pictures", type=click.IntRange(4), default=12, help="That painters of this machine paint.")
@click.option("--asked", type=click.IntRange(10), default=2_000, help="Errands for painters that do nothing.")
@click.option("--workers", type=click.IntRange(1), default=2, help="Painters.")
@click.option("--disk", type=click.FloatRange(0.001), default=1.0, help="Of a cluster's shared disk, GB a second.")
@click.option("--gpu-seconds", type=click.FloatRange(0.001), help="Of a picture on a GPU, as bench paint tells it.")
@REPEATS
@JSON
def bench_cluster(workers: int, disk: float, **options: Any) -> None:
    """What a picture costs painters, asker and disk of a cluster, and how many painters are of use."""
    from benchmarks.cluster_speed import bench_cluster as measure

    measure(painters=workers, disk=disk * 1e9, **options)


@bench.command("edit")
@PHOTO
@click.option("--strokes", type=click.IntRange(10), default=10_000, help="Of the painting.")
@click.option("--side", type=click.IntRange(16, 16_384), default=2_048, help="Of the canvas, pixels.")
@click.option("--edits", type=click.IntRange(1), default=200, help="Strokes deleted, one after the other, at random.")
@JSON
def bench_edit(photo: str, strokes: int, side: int, edits: int, json_path: Path | None) -> None:
    """Seconds until the canvas shows that a stroke was deleted, muted or moved, and to find what lies at a point."""
    from benchmarks.editing_speed import bench_editing

    bench_editing(_painting(photo, strokes), side=side, edits=edits, json_path=json_path)


def _painting(photo: str, strokes: int, device: Any = "cpu") -> Any:
    """A photo painted in so many strokes."""
    from core.images import load_picture
    from core.job import PaintJob
    from core.painter import Painter
    from core.weights import load_actor

    painter = Painter(load_actor(None, stroke_type="bezier"), device=device)
    return painter.painted(PaintJob(target=load_picture(photo), strokes=strokes))


@bench.command("quality")
@click.option("--stroke-type", default="bezier", help="The brush.")
@click.option("--actor", type=PATH, help="Other weights than the bundled.")
@HELD_OUT
@DEVICE
@click.option("--renderer/--no-renderer", "with_renderer", default=True, help="Judge the neural renderer too.")
@SHEET
@JSON
def bench_quality(
    stroke_type: str,
    actor: Path | None,
    held_out: Path | None,
    device: str,
    with_renderer: bool,
    sheet_path: Path | None,
    json_path: Path | None,
) -> None:
    """L2, PSNR and SSIM of paintings of fixed photographs after 20 to 10,000 strokes."""
    from benchmarks.quality import bench_quality as measure
    from core.device import chosen_device
    from core.weights import load_actor, load_renderer

    loaded, place = load_actor(actor, stroke_type=stroke_type), chosen_device(device)
    pictures = _fixed_photographs(held_out)
    renderer = load_renderer(None, stroke_type=stroke_type) if with_renderer else None
    measure(loaded, pictures, renderer=renderer, device=place, sheet_path=sheet_path, json_path=json_path)


@bench.command("peers")
@click.option(
    "--peers",
    "table",
    type=PATH,
    help="Table of other painters' scores: image, program, mode, shapes, render, cpu_s, psnr_256"
    " (docs/quality.md); ../shared/peers.csv if it is there.",
)
@click.option("--stroke-type", multiple=True, default=["bezier", "triangle"], help="A brush; may be given again.")
@click.option("--strokes", type=int, multiple=True, default=[100, 200, 500, 1000, 2000], help="May be given again.")
@DEVICE
@JSON
def bench_peers(
    table: Path | None, stroke_type: tuple[str, ...], strokes: tuple[int, ...], device: str, json_path: Path | None
) -> None:
    """Fast and refined paintings of scikit-image's photographs beside other painters' of as many strokes."""
    from benchmarks.peers import Peers
    from benchmarks.peers import bench_peers as measure
    from benchmarks.photographs import samples
    from core.device import chosen_device
    from core.weights import load_actor

    table = table or Path(__file__).parents[2] / "shared" / "peers.csv"
    actors = [load_actor(None, stroke_type=name) for name in stroke_type]
    measure(actors, samples(), Peers(table), device=chosen_device(device), counts=strokes, json_path=json_path)


@bench.command("ablation")
@click.option("--stroke-type", default="bezier", help="The brush.")
@DEVICE
@SHEET
@JSON
def bench_ablation(stroke_type: str, device: str, sheet_path: Path | None, json_path: Path | None) -> None:
    """What windows, proposals, solved colours, refinement and spare strokes are worth, each left out in turn."""
    from benchmarks.peers import bench_ablation as measure
    from benchmarks.photographs import samples
    from core.device import chosen_device
    from core.weights import load_actor

    actor, place = load_actor(None, stroke_type=stroke_type), chosen_device(device)
    measure(actor, samples(), device=place, sheet_path=sheet_path, json_path=json_path)


@bench.command("types")
@HELD_OUT
@DEVICE
@click.option("--shown", default="sample:chelsea", help="What the picture sheet shows: a picture file or sample:NAME.")
@SHEET
@JSON
def bench_types(
    held_out: Path | None, device: str, shown: str, sheet_path: Path | None, json_path: Path | None
) -> None:
    """Every stroke type after 200 strokes, beside the first; and a sheet of pictures after 200 and 2,000."""
    from benchmarks.photographs import Photograph
    from benchmarks.stroke_types import bench_stroke_types as measure
    from core.brushes import BRUSHES
    from core.device import chosen_device
    from core.images import load_picture
    from core.weights import load_actors

    actors = load_actors([], stroke_types=[brush.name for brush in BRUSHES])
    photograph = Photograph(name=shown, group="shown", pixels=load_picture(shown))
    measure(
        actors,
        _fixed_photographs(held_out),
        shown=photograph,
        device=chosen_device(device),
        sheet_path=sheet_path,
        json_path=json_path,
    )


def _fixed_photographs(held_out: Path | None) -> list[Any]:
    """The samples, and the held-out pictures where they are at hand."""
    from benchmarks import photographs

    usual = Path(__file__).parents[2] / "shared" / "data"
    folder = held_out or (usual if usual.is_dir() else None)
    return photographs.samples() + (photographs.held_out(folder) if folder else [])
