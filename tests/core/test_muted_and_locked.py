"""Muted strokes are drawn nowhere, whatever draws; locked ones stay as they are, whatever betters a painting."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.document import Document
from core.editing import deleted, locked, muted
from core.export.frames import write_frames
from core.export.picture import write_picture
from core.export.stroke_json import document_of, read_json, stroke_file, write_json
from core.export.svg import write_svg
from core.export.svg_plotter import write_plotter_svg
from core.geometry import Size
from core.journal import Journal, Work, read_journal
from core.least_squares import with_best_colours
from core.objective import Objective
from core.polish import Polish
from core.rasteriser import oracle
from core.rasteriser.fast import bare_canvas, draw, lay, slabs, touched
from core.rasteriser.painting import Layers
from core.refine import refine
from core.stroke import LOCKED, MUTED, Stroke, Strokes
from core.timeline import moments
from tests.core.rasteriser.interpreted import interpreted, interpreter_works
from tests.core.rasteriser.test_tiles import painting

PAINTING = painting(24)
SIZE = PAINTING.size
ROWS = np.array([2, 3, 11, 23])
MUTE = muted(PAINTING, ROWS)
WITHOUT = replace(deleted(PAINTING, ROWS), job=MUTE.job)


def test_flags_are_in_every_way_to_have_strokes() -> None:
    flagged = locked(MUTE, np.array([3, 5])).strokes
    assert flagged.flags[[1, 2, 3, 5]].tolist() == [0, MUTED, MUTED + LOCKED, LOCKED]
    assert Strokes.of(flagged) == flagged
    assert Strokes.unpacked(flagged.packed(), len(flagged)) == flagged
    assert flagged[2:6].flags.tolist() == flagged.flags[2:6].tolist()
    assert PAINTING.strokes.appended(flagged).flags[24:].tolist() == flagged.flags.tolist()
    assert flagged.changed(errors=np.zeros(24)).flags.tolist() == flagged.flags.tolist()
    assert flagged.picked(np.array([5, 3])).flags.tolist() == [LOCKED, MUTED + LOCKED]
    assert (flagged.stroke(3).muted, flagged.stroke(3).locked) == (True, True)
    assert (flagged.stroke(5).muted, flagged.stroke(5).locked) == (False, True)
    assert not Stroke(type="circle", patch=PAINTING.strokes.stroke(0).patch, parameters=(), step=0).muted
    assert flagged != PAINTING.strokes


def test_muting_is_seen_and_locking_is_not() -> None:
    assert PAINTING.strokes.shared(MUTE.strokes) == 2
    lock = locked(PAINTING, np.array([4])).strokes
    assert PAINTING.strokes.shared(lock) == 24
    assert PAINTING.strokes.shared(lock, wholly=True) == 4


def test_both_are_in_stroke_files_only_where_they_are_true(tmp_path: Path) -> None:
    path = tmp_path / "strokes.json"
    document = locked(MUTE, np.array([3, 5]))
    write_json(document, path)
    assert read_json(path) == document
    text = path.read_text()
    assert text.count('"muted":true') == 4
    assert text.count('"locked":true') == 2
    assert "false" not in text.split('"strokes"', 1)[1]
    plain = b"".join(stroke_file(PAINTING, path))
    assert b"muted" not in plain
    assert document_of(plain, path) == PAINTING


def test_a_journal_keeps_both(tmp_path: Path) -> None:
    document = locked(MUTE, np.array([3, 5]))
    journal = Journal(tmp_path / "journal")
    journal.add(Work(document=PAINTING))
    journal.add(Work(document=document))
    assert read_journal(tmp_path / "journal").document.strokes == document.strokes


# Drawers ----------------------------------------------------------------------------------------------------------


def test_the_canvas_leaves_them_out_to_the_bit() -> None:
    np.testing.assert_array_equal(draw(MUTE), draw(WITHOUT))
    assert not np.array_equal(draw(MUTE), draw(PAINTING))
    for top, part in slabs(MUTE, SIZE, 33):
        np.testing.assert_array_equal(part, draw(WITHOUT)[top : top + len(part)])


def test_they_gain_nothing_and_touch_nothing() -> None:
    target = np.random.default_rng(0).random((*SIZE, 3), dtype=np.float32)
    gains = lay(bare_canvas(SIZE, (0, 0, 0)), MUTE.strokes, 1.0, target)
    expected = lay(bare_canvas(SIZE, (0, 0, 0)), WITHOUT.strokes, 1.0, target)
    assert not gains[ROWS].any()
    np.testing.assert_array_equal(np.delete(gains, ROWS), expected)
    assert touched(MUTE.strokes[2:4], 1.0, SIZE).size.shorter == 0
    assert touched(MUTE.strokes, 1.0, SIZE) == touched(WITHOUT.strokes, 1.0, SIZE)


def test_the_oracle_leaves_them_out() -> None:
    np.testing.assert_array_equal(oracle.draw(MUTE, Size(20, 30)), oracle.draw(WITHOUT, Size(20, 30)))
    assert not oracle.alpha(Size(20, 30), MUTE.strokes, 0.1)[ROWS].any()


def test_the_layers_that_are_solved_leave_them_out() -> None:
    np.testing.assert_allclose(Layers.of(MUTE, SIZE).canvas, Layers.of(WITHOUT, SIZE).canvas, atol=1e-6)


def test_a_moment_of_a_film_leaves_them_out() -> None:
    for count, canvas in zip((3, 12, 24), moments(MUTE, SIZE, (3, 12, 24)), strict=True):
        left = deleted(PAINTING.cut(count), ROWS[count > ROWS])
        np.testing.assert_array_equal(canvas, draw(left))


@pytest.mark.slow
@pytest.mark.skipif(not interpreter_works(), reason="there is no Triton, or one with an old interpreter")
def test_a_gpu_leaves_them_out(tmp_path: Path) -> None:
    program = """
import sys
import torch
from core.rasteriser import gpu_drawing
from core.rasteriser.fast import bare_canvas
from tests.core.test_muted_and_locked import MUTE, WITHOUT

gpu_drawing._BATCH = 10
size = MUTE.size.scaled(0.25)
canvases = [torch.from_numpy(gpu_drawing.draw(each, size, "cpu")) for each in (MUTE, WITHOUT)]
onto = torch.zeros(*size, 3)
gains = gpu_drawing.lay(onto, MUTE.strokes, 0.25, torch.full_like(onto, 0.5))
torch.save((*canvases, gains), sys.argv[1])
"""
    mute, without, gains = interpreted(program, tmp_path / "drawn")
    torch.testing.assert_close(mute, without, atol=0, rtol=0)
    np.testing.assert_allclose(mute.numpy(), draw(MUTE, SIZE.scaled(0.25)), atol=1e-3)
    assert not gains[ROWS].any()
    assert gains.any()


WRITERS: dict[str, Callable[[Document, Path], object]] = {
    "exact.svg": lambda document, path: write_svg(document, path, profile="exact"),
    "compatible.svg": lambda document, path: write_svg(document, path, profile="compatible"),
    "plotter.svg": lambda document, path: write_plotter_svg(document, path),
    "picture.png": lambda document, path: write_picture(document, path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_exports_leave_them_out(name: str, tmp_path: Path) -> None:
    for document, folder in ((MUTE, "mute"), (WITHOUT, "without"), (PAINTING, "all")):
        (tmp_path / folder).mkdir()
        WRITERS[name](document, tmp_path / folder / name)
    mute, without, every = ((tmp_path / folder / name).read_bytes() for folder in ("mute", "without", "all"))
    assert mute == without != every


def test_a_painting_all_muted_is_a_bare_sheet_in_every_export(tmp_path: Path) -> None:
    silent = muted(PAINTING, np.ones(24, bool))
    for name, write in WRITERS.items():
        write(silent, tmp_path / name)
    text = (tmp_path / "exact.svg").read_text()
    assert not re.search("<(circle|polygon|mask)", text)
    assert write_frames(silent, tmp_path / "frames", count=3) == 3
    np.testing.assert_array_equal(draw(silent), bare_canvas(SIZE, PAINTING.background))


# Bettering --------------------------------------------------------------------------------------------------------


def photo(size: Size = SIZE) -> np.ndarray:
    rows, columns = np.mgrid[0 : size.height, 0 : size.width]
    return np.stack([rows % 256, columns % 256, 255 - rows % 256], axis=-1).astype(np.uint8)


def test_refinement_leaves_muted_and_locked_strokes_as_and_where_they_are() -> None:
    document = locked(MUTE, np.array([5, 6, 20]))
    spare = painting(12, seed=9).strokes
    *_, found = refine(document, photo(), steps=30, spare=spare)
    before, after = document.strokes, found.document.strokes
    assert found.document is not document
    assert len(after) == 24
    assert after.flags.tolist().count(MUTED) == 4
    assert after.flags.tolist().count(LOCKED) == 3
    for flag in (MUTED, LOCKED):
        one, two = (each.picked(each.flags == flag) for each in (before, after))
        np.testing.assert_array_equal(one.parameters, two.parameters)
        np.testing.assert_array_equal(one.patches, two.patches)
    assert not np.array_equal(
        before.picked(before.flags == 0).parameters, after.picked(after.flags == 0).parameters[: len(before) - 7]
    )


def test_refinement_is_that_of_the_painting_without_what_is_muted() -> None:
    *_, mute = refine(MUTE, photo(), steps=12)
    *_, without = refine(WITHOUT, photo(), steps=12)
    assert mute.error == without.error
    np.testing.assert_array_equal(mute.document.strokes.drawn.parameters, without.document.strokes.parameters)


def test_muted_strokes_come_back_between_those_they_lay_between() -> None:
    """Of a painting of twenty-four, six are dropped: the muted ones stay above what is left of what they lay above."""
    polish = Polish(MUTE, SIZE, torch.device("cpu"))
    assert len(polish) == 20
    polish.drop(14, Objective(photo().astype(np.float32) / 255))
    strokes = polish.strokes()
    assert len(strokes) == 18
    steps = [MUTE.strokes.patches[:, 0].tolist().index(row) for row in strokes.patches[:, 0].tolist()]
    assert steps == sorted(steps)
    assert set(ROWS.tolist()) <= set(steps)
    assert [index for index, mute in zip(steps, strokes.muted, strict=True) if mute] == ROWS.tolist()


def test_locked_strokes_are_never_dropped() -> None:
    document = locked(PAINTING, np.arange(10))
    polish = Polish(document, SIZE, torch.device("cpu"))
    polish.drop(10, Objective(photo().astype(np.float32) / 255))
    assert polish.strokes() == document.strokes[:10].changed()


def test_solved_colours_leave_muted_and_locked_ones() -> None:
    document = locked(MUTE, np.array([0, 7, 8]))
    solved = with_best_colours(document, photo())
    before, after = document.strokes.rgb(), solved.strokes.rgb()
    stays = document.strokes.flags > 0
    np.testing.assert_array_equal(before[stays], after[stays])
    assert (before[~stays] != after[~stays]).any(axis=1).sum() > 10
    assert solved.strokes.flags.tolist() == document.strokes.flags.tolist()
