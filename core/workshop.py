"""A painter made ready once, and what is written of each picture that it paints."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from core.bounds import Bounds, digest
from core.device import GpuTrouble, chosen_device, device_name, enough_memory
from core.document import Document
from core.errors import PainterError, SettingError
from core.export.document import canvas_size
from core.export.frames import check_for_frames, remove_frames, write_frames
from core.export.progress import Progress
from core.export.stroke_json import write_json
from core.export.svg import write_svg
from core.export.video import write_video
from core.faces import face_mask
from core.files import output_folder
from core.geometry import Size
from core.images import load_picture, picture_digest, save_picture
from core.job import PaintJob, check_masks
from core.least_squares import with_best_colours
from core.mask import as_focus
from core.metrics import score_table
from core.paint_options import PaintOptions
from core.painted_folder import FRAMES, is_finished, make_way, refuse_source, write_report
from core.painter import Painter
from core.palette import Palette, palette_named
from core.progress_bar import Bars, no_bar
from core.rasteriser.fast import draw, to_bytes
from core.refine import COLOURS, SPARE, amount, check
from core.refine import refine as refine_painting
from core.texts import unicode_of
from core.weights import load_actors, load_renderer

FACES = "faces"
"""As a focus: those that are found in each picture."""

_BLANK = np.zeros((1, 1, 3), np.uint8)


class PaintingCancelledError(PainterError):
    """Whoever asked for a painting wants no more of it."""

    def __str__(self) -> str:
        return "The painting was cancelled."


class Workshop:
    """Paints any number of pictures with the same options; networks are loaded once, settings refused once."""

    def __init__(self, options: PaintOptions, *, told: Callable[[GpuTrouble], None] = lambda _trouble: None) -> None:
        """Load the networks.

        Args:
            options: How to paint and what to write.
            told: Hears what is done where a GPU cannot go on.

        Raises:
            PainterError: If a setting, the weights or the device is unusable.
        """
        self.options, self._told = options, told
        self._troubles: list[GpuTrouble] = []
        self._focus = self._protect = None
        named = options.palette
        # One that is read or written out is the same for all pictures; so many colours are each picture's own.
        self._palette = None if named is None or named.isdecimal() else palette_named(named, _BLANK)
        if named is not None and options.refine == COLOURS:
            raise SettingError("refine", COLOURS, "a palette's colours stay as they are; leave out one of the two")
        blank = self.job(_BLANK)  # on which no mask could be judged
        blank.levels()  # refuses settings out of range
        self._focus, self._protect = _mask(options.focus), _mask(options.protect)
        check_masks(self._focus, self._protect)
        self._steps, self._seconds = amount(options.refine or "") if self._polishes else (None, None)
        if self._polishes:
            check(self._steps, self._seconds)
        elif options.loss != "l2":
            problem = "only refinement by steps or seconds knows others than l2; add --refine 200"
            raise SettingError("loss", options.loss, problem)
        canvas_size(Size(1, 1), options.size)
        where = chosen_device(options.device)
        loaded = load_actors(options.actor, stroke_types=blank.mix.stroke_types)
        # How many levels there are, and so whether each has a stroke type, the actor decides.
        self._idle = blank.mix.idle(len(blank.levels(loaded[0].actor.side)))
        kind = blank.mix.stroke_types[0]
        neural = None if options.renderer is None else load_renderer(options.renderer, stroke_type=kind)
        self._device_name = device_name(where)
        self.weights = ", ".join(each.id for each in loaded)
        self._neural_id = None if neural is None else neural.id
        with enough_memory():
            self.painter = Painter(*loaded, device=where, renderer=neural, told=self._hear)
        self.digest = self._digest(blank)

    def job(self, target: NDArray[np.uint8]) -> PaintJob:
        """The job of painting a picture [H, W, 3]."""
        return self.job_with(target, self.palette(target))

    def palette(self, target: NDArray[np.uint8]) -> Palette | None:
        """The colours that a picture [H, W, 3] is painted in; None for any."""
        if self._palette is not None or self.options.palette is None:
            return self._palette
        return palette_named(self.options.palette, target)

    def job_with(self, target: NDArray[np.uint8], palette: Palette | None) -> PaintJob:
        """The same with certain colours."""
        options = self.options
        bounds = Bounds(
            min_size=options.min_size, width=options.width, opacity=options.opacity, palette=palette,
            protect=self._protect,
        )  # fmt: skip
        return PaintJob(
            target=target, stroke_type=options.stroke_type, preset=options.preset, max_step=options.max_step,
            divide=options.divide, strokes=options.strokes, background=options.background, seed=options.seed,
            ways=options.ways, bounds=bounds, to_refine=self._polishes, focus=self._focus_of(target),
        )  # fmt: skip

    def _focus_of(self, target: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        if str(self.options.focus) != FACES:
            return self._focus
        found = face_mask(target)
        return None if found is None else as_focus(found)

    @property
    def device_name(self) -> str:
        """Where it paints, and where it went on after trouble."""
        left_gpu = any(trouble is not GpuTrouble.FEWER_WINDOWS for trouble in self._troubles)
        return self._device_name + (", then cpu" if left_gpu else "")

    def paint(
        self,
        source: str,
        out: Path,
        *,
        anew: bool = False,
        bars: Bars = no_bar,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> dict[str, Any]:
        """Paint a picture and write painting.png, strokes.json, what else the options ask for, and last report.json.

        Everything that can be refused is refused before anything is written.

        Args:
            source: As of `load_picture`.
            out: Folder for the painting.
            anew: Frames in the folder make way, as its other files do: they are of an earlier painting of this picture.
            bars: Shows how far it is.
            cancelled: Asked now and then.

        Returns:
            The report: strokes, seconds (of painting and refining alone), device, weights, parts of the mix that had
            nothing to paint, scores, and what tells this picture and these options from others.

        Raises:
            PaintingCancelledError: If it was; files already written are whole, and there is no report.
            PainterError: If the picture or the folder is unusable.
        """
        refuse_source(Path(source), out)
        digest = picture_digest(source)  # before it is read: where it changes now, the next run paints it again
        target = load_picture(source)
        job, options = self.job(target), self.options
        picture_size = canvas_size(Size(*target.shape[:2]), options.size)
        if options.frames and not anew:
            check_for_frames(out / FRAMES)
        with output_folder(out):
            started = time.monotonic()
            with enough_memory():
                document = self._painted(job, bars, cancelled)
            make_way(out)
            if options.frames:
                remove_frames(out / FRAMES)
            # The strokes first: everything else can be made again from them. And before they are refined: that may take
            # long, and be broken off.
            write_json(document, out / "strokes.json")
            if options.refine is not None:
                with enough_memory():
                    if options.refine == COLOURS:
                        document = with_best_colours(document, target, focus=job.attention)
                    else:
                        document = self._refined(document, job, bars, cancelled)
                write_json(document, out / "strokes.json")
            seconds = time.monotonic() - started
            pixels = to_bytes(draw(document, picture_size))
            report = {
                "strokes": len(document.strokes),
                "seconds": seconds,
                "strokes_per_second": len(document.strokes) / seconds,
                "device": self.device_name,
                "weights": self.weights,
                "renderer": self._neural_id,
                "picture": unicode_of(source),
                "size": [picture_size.height, picture_size.width],
                "job": job.settings(),
                "idle": [str(part) for part in self._idle],
                "picture_digest": digest,
                "options_digest": self.digest,
                **score_table(target, pixels),
            }
            save_picture(out / "painting.png", pixels)
            if options.svg:
                _go_on(cancelled)
                write_svg(document, out / "painting.svg", progress=_until(cancelled, _unseen))
            if options.frames:
                with bars("frames", "frame") as show:
                    write_frames(document, out / FRAMES, size=picture_size, progress=_until(cancelled, show))
            if options.video:
                with bars("film", "frame") as show:
                    write_video(document, out / "painting.mp4", progress=_until(cancelled, show))
            write_report(report, out)
        return report

    def has_painted(self, source: str, out: Path) -> bool:
        """Whether a folder holds the finished painting of that picture, as it is now, by these options and weights.

        Raises:
            PictureError: If the picture cannot be read.
        """
        options = self.options
        written = ["painting.png", "strokes.json"]
        written += ["painting.svg"] * options.svg + ["frames"] * options.frames + ["painting.mp4"] * options.video
        return is_finished(source, out, written, self.digest)

    @property
    def _polishes(self) -> bool:
        return self.options.refine not in (None, COLOURS)

    def _digest(self, job: PaintJob) -> str:
        """Of all that decides what is written, but for the picture and the device."""
        options = self.options
        named = None if options.palette is None else unicode_of(options.palette)
        decides = {
            "job": job.settings(), "weights": self.weights, "renderer": self._neural_id, "refine": options.refine,
            "loss": options.loss, "palette": named, "faces": str(options.focus) == FACES,
            "focus": _digest_of(self._focus), "protect": _digest_of(self._protect), "size": options.size,
            "frames": options.frames, "video": options.video, "svg": options.svg,
        }  # fmt: skip
        return hashlib.blake2b(orjson.dumps(decides, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()

    def _hear(self, trouble: GpuTrouble) -> None:
        self._troubles.append(trouble)
        self._told(trouble)

    def _painted(self, job: PaintJob, bars: Bars, cancelled: Callable[[], bool]) -> Document:
        """The finished painting, its progress shown."""
        document = self.painter.bare_document(job)
        with bars("painting", "stroke") as show:
            for frame in self.painter.frames(job, cancelled=cancelled):
                document = frame.document
                l2 = float(frame.strokes.errors[-1])
                show(len(document.strokes), frame.total, f"{-10 * math.log10(l2):.1f} dB" if l2 > 0 else "")
        _go_on(cancelled)
        return document

    def _refined(self, document: Document, job: PaintJob, bars: Bars, cancelled: Callable[[], bool]) -> Document:
        """The painting refined, the progress shown; seconds are those of the spare strokes too."""
        began = time.monotonic()
        steps, seconds, loss = self._steps, self._seconds, self.options.loss
        steered: dict[str, Any] = {"loss": loss, "focus": job.attention, "bounds": job.bounds}
        with bars("refining", "step" if seconds is None else "second") as show:
            show(0, steps or round(seconds or 0), "spare strokes")
            spare = self.painter.spare(job, document, round(SPARE * len(document.strokes)), cancelled=cancelled)
            _go_on(cancelled)
            left = None if seconds is None else max(0.1, seconds - (time.monotonic() - began))
            place = self.painter.device.type  # which may be another one since the spare strokes
            for now in refine_painting(
                document, job.target, steps=steps, seconds=left, spare=spare, device=place, told=self._hear, **steered
            ):
                _go_on(cancelled)
                document = now.document
                done = now.steps if seconds is None else min(round(seconds), round(time.monotonic() - began))
                near = f"{-10 * math.log10(now.error):.1f} dB" if now.error > 0 and loss == "l2" else ""
                show(done, steps or round(seconds or 0), near)
        return document


def _mask(path: Path | None) -> NDArray[np.uint8] | None:
    return None if path is None or str(path) == FACES else load_picture(str(path)).max(axis=2)


def _digest_of(mask: NDArray[np.uint8] | None) -> str | None:
    return None if mask is None else digest(mask)


def _go_on(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise PaintingCancelledError


def _unseen(*_: object) -> None:
    """Progress that is too short to be shown."""


def _until(cancelled: Callable[[], bool], show: Callable[..., None]) -> Progress:
    """Shows how far an export is, and stops it."""

    def progress(done: int, total: int) -> None:
        _go_on(cancelled)
        show(done, total)

    return progress
