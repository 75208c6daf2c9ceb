"""What makes room is kept, once and not for nothing; undo takes back what was kept, taken, named and dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.branches import Label
from core.document import Document
from core.mask import Mask
from core.rasteriser.fast import draw, to_bytes
from core.session_file import load_session
from painter_gui.autosave import Autosave
from painter_gui.brushwork import Phase
from painter_gui.canvas_worker import display_size
from painter_gui.controller import Controller
from painter_gui.kept_work import KeptWork, left_behind

Until = Callable[[Callable[[], bool]], None]
Deed = Callable[[Controller], None]


@pytest.fixture
def painted(controller: Controller, paint_all: Deed) -> Controller:
    """With a painting of 120 strokes: enough for a finer level, where the seed counts."""
    controller.set_settings(strokes=120)
    paint_all(controller)
    return controller


def painted_on(controller: Controller, until: Until, stroke: int, **settings: Any) -> Document:
    """Paint from an earlier stroke to the end with other settings; the painting that was there comes back."""
    before = controller.document
    controller.set_settings(**settings)
    controller.seek(stroke)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    return before


def kept(controller: Controller) -> list[Document]:
    return [branch.document for branch in controller.branching.branches]


def test_what_makes_room_is_kept_with_what_it_was_painted_with(painted: Controller, until: Until) -> None:
    before = painted_on(painted, until, 60, seed=7)

    (branch,) = painted.branching.branches
    assert branch.document is before
    assert branch.automatic
    assert (branch.settings["seed"], branch.settings["strokes"]) == (0, 120)
    assert painted.branching.parting(branch) == 60

    painted.undo()
    assert (painted.document, kept(painted)) == (before, [])
    painted.redo()
    assert kept(painted) == [before]
    assert painted.document.job["seed"] == 7


def test_the_same_strokes_painted_again_leave_no_branch(painted: Controller, until: Until) -> None:
    whole = painted.document
    ends = np.flatnonzero(np.diff(whole.strokes.steps)) + 1
    painted.seek(int(ends[len(ends) // 2]))  # from the end of a step on, the same job paints the same
    painted.paint()
    assert kept(painted) == [whole]  # until the painting has come to hold it all
    until(lambda: painted.phase is Phase.IDLE)

    assert painted.document == whole
    assert kept(painted) == []
    painted.undo()
    assert painted.document is whole


def test_a_step_from_an_earlier_stroke_keeps_what_was_there(painted: Controller, until: Until) -> None:
    whole = painted.document
    painted.seek(60)
    for _ in range(2):
        painted.step()
        until(lambda: painted.phase is Phase.IDLE)

    assert kept(painted) == [whole]
    for count in (1, 0):
        painted.undo()
        assert len(kept(painted)) == count


def test_a_restart_keeps_the_painting(painted: Controller) -> None:
    whole = painted.document
    painted.restart()
    assert kept(painted) == [whole]
    painted.undo()
    assert (painted.document, kept(painted)) == (whole, [])


def test_what_a_stroke_by_hand_takes_the_place_of_is_kept(painted: Controller) -> None:
    whole = painted.document
    one = whole.strokes[:1]
    painted.seek(60)
    painted.edit("hand", lambda document, at: (document.cut(at).painted(one), at + 1), makes_room=True)
    assert (len(painted.document.strokes), kept(painted)) == (61, [whole])
    painted.edit("hand", lambda document, at: (document.painted(one), at + 1), makes_room=True)
    assert kept(painted) == [whole]

    painted.undo()
    painted.undo()
    assert (painted.document, painted.position, kept(painted)) == (whole, 60, [])


def test_a_branch_that_cannot_be_painted_is_put_back(painted: Controller, until: Until, tmp_path: Path) -> None:
    whole = painted.document
    painted.set_settings(actor=tmp_path / "none.safetensors")
    painted.seek(60)
    painted.paint()
    until(lambda: painted.phase is Phase.IDLE)

    assert (painted.document, kept(painted)) == (whole, [])


def test_undo_before_the_first_stroke_leaves_no_branch(painted: Controller) -> None:
    whole = painted.document
    painted.seek(60)
    painted.paint()
    painted.undo()
    assert (painted.document, kept(painted)) == (whole, [])


def test_what_lay_after_strokes_that_are_refined_is_kept(painted: Controller, until: Until) -> None:
    whole = painted.document
    painted.seek(60)
    painted.refine()
    assert not painted.branching.possible
    painted.undo()
    assert (painted.document, kept(painted)) == (whole, [])
    painted.seek(60)
    painted.refine()
    until(lambda: painted.phase is Phase.IDLE)

    assert len(painted.document.strokes) == 60
    assert kept(painted) == [whole]


def test_keeping_is_undone_and_nothing_is_kept_twice(painted: Controller) -> None:
    noted: list[str] = []
    painted.noted.connect(lambda word, _: noted.append(word))
    assert painted.branching.keep()
    assert kept(painted) == [painted.document]
    assert painted.branching.keep()
    assert noted == ["kept_already"]
    assert not painted.branching.branches[0].automatic

    painted.undo()
    assert kept(painted) == []
    painted.redo()
    assert len(kept(painted)) == 1


def test_without_strokes_there_is_nothing_to_keep(controller: Controller, open_photo: Deed) -> None:
    assert not controller.branching.keep()
    open_photo(controller)
    assert not controller.branching.keep()
    assert controller.undo_stack.count() == 0


def test_where_there_is_no_room_it_is_told(painted: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[str] = []
    painted.noted.connect(lambda word, _: noted.append(word))
    monkeypatch.setattr("core.branches.MOST_STROKES", 100)
    assert not painted.branching.keep()
    assert noted == ["branches_full"]


def test_keeping_while_painting_lets_it_go_on(controller: Controller, open_photo: Deed, until: Until) -> None:
    controller.set_settings(strokes=400)
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 0)
    kept_then = controller.document
    controller.branching.keep()
    assert controller.phase is Phase.PAINTING
    until(lambda: controller.phase is Phase.IDLE)

    assert len(controller.document.strokes) == 400
    controller.undo()
    assert (controller.document, kept(controller)) == (kept_then, [kept_then])
    controller.undo()
    assert (controller.document, kept(controller)) == (kept_then, [])
    controller.undo()
    assert len(controller.document.strokes) == 0


def test_taking_swaps_the_painting_and_its_settings(painted: Controller, until: Until) -> None:
    first = painted_on(painted, until, 60, seed=7, divide=3)
    second = painted.document
    painted.set_settings(device="cpu")
    painted.seek(70)
    painted.branching.take(0)

    assert painted.document is first
    assert painted.position == 120
    assert (painted.settings.seed, painted.settings.divide, painted.settings.device) == (0, 2, "cpu")
    (branch,) = painted.branching.branches
    assert (branch.document, branch.label, branch.settings["seed"]) == (second, Label(2), 7)
    assert painted.branching.branches.label == Label(1)
    until(lambda: np.array_equal(shown(painted), drawn(first)))

    painted.undo()
    assert (painted.document, kept(painted), painted.settings.seed) == (second, [first], 7)
    painted.redo()
    assert (painted.document, kept(painted), painted.settings.seed) == (first, [second], 0)


def test_masks_drawn_since_the_last_run_come_back_with_the_painting(painted: Controller, until: Until) -> None:
    painted_on(painted, until, 60, seed=7)
    mask = Mask(np.full((8, 8), 200, np.uint8))
    painted.draw_setting("protect", protect=mask)
    painted.branching.take(0)
    assert painted.settings.protect is None
    painted.branching.take(0)
    assert painted.settings.protect == mask
    assert painted.settings.seed == 7


def test_undoing_a_taking_leaves_the_device(painted: Controller, until: Until) -> None:
    painted_on(painted, until, 60, seed=7)
    painted.branching.take(0)
    painted.set_settings(device="cpu")
    painted.undo()
    assert (painted.settings.seed, painted.settings.device) == (7, "cpu")


def shown(controller: Controller) -> Any:
    with controller.pixels.locked() as pixels:
        return pixels[..., 2::-1].copy()


def drawn(document: Document) -> Any:
    return to_bytes(draw(document, display_size(document.size)))


def test_taking_while_painting_ends_it_first(painted: Controller, until: Until) -> None:
    whole = painted.document
    painted.set_settings(seed=5, strokes=4000)
    painted.seek(60)
    painted.paint()
    until(lambda: len(painted.document.strokes) > 70)
    painted.branching.take(0)

    assert painted.phase is Phase.IDLE
    assert painted.document is whole
    (other,) = kept(painted)
    assert other.strokes.shared(whole.strokes) == 60
    for _ in range(2):
        painted.undo()
    assert (painted.document, kept(painted)) == (whole, [])


def test_names_and_drops_are_undone(painted: Controller, until: Until) -> None:
    painted_on(painted, until, 60, seed=7)
    painted.branching.rename(0, " Warm  light ")
    assert painted.branching.branches[0].label == Label(1, "Warm light")
    painted.branching.drop(0)
    assert kept(painted) == []
    painted.undo()
    assert painted.branching.branches[0].label == Label(1, "Warm light")
    painted.undo()
    assert painted.branching.branches[0].label == Label(1)
    painted.branching.rename(0, "")
    assert painted.undo_stack.undoText() == "branch"  # nothing was named otherwise


def test_a_name_goes_with_the_painting_and_stays_with_what_makes_room(painted: Controller, until: Until) -> None:
    painted.branching.keep()
    painted_on(painted, until, 60, seed=7)
    painted.branching.rename(0, "Warm")
    painted.branching.take(0)
    assert painted.branching.branches.label == Label(1, "Warm")
    painted_on(painted, until, 30, seed=9)

    assert painted.branching.branches.label == Label()
    assert [branch.label for branch in painted.branching.branches] == [Label(2), Label(1, "Warm")]


def test_where_branches_part_follows_the_painting(painted: Controller, until: Until) -> None:
    branching, whole = painted.branching, painted.document
    branching.keep()
    (branch,) = branching.branches
    assert branching.parting(branch) == 120
    painted.seek(40)
    painted.set_settings(seed=3, stroke_type="triangle")
    painted.paint()
    assert branching.parting(branch) == 40
    until(lambda: painted.phase is Phase.IDLE)
    assert branching.parting(branch) == 40
    painted.undo()
    assert branching.parting(branch) == 120
    painted.seek(119)
    painted.set_settings(strokes=200)
    painted.paint()
    until(lambda: painted.phase is Phase.IDLE)
    assert branching.parting(branch) == whole.strokes.shared(painted.document.strokes)
    other = replace(branch, document=replace(whole, background=(9, 9, 9)))
    assert branching.parting(other) == 0


def test_branches_are_saved_and_opened(painted: Controller, until: Until, tmp_path: Path) -> None:
    first = painted_on(painted, until, 60, seed=7)
    painted.branching.rename(0, "Warm")
    painted.save(tmp_path / "a.strokewise")
    until(lambda: not painted.modified)
    painted.branching.rename(0, "Cold")
    assert painted.modified
    painted.undo()
    assert not painted.modified

    assert load_session(tmp_path / "a.strokewise").branches[0].label == Label(1, "Warm")
    painted.close_photo()
    assert kept(painted) == []
    painted.open_file(tmp_path / "a.strokewise")
    until(lambda: painted.phase is Phase.IDLE)
    assert kept(painted) == [first]
    assert not painted.modified
    painted.branching.take(0)
    assert (painted.document, painted.settings.seed) == (first, 0)


def test_another_photo_has_no_branches(painted: Controller, open_photo: Deed, until: Until) -> None:
    painted.branching.keep()
    painted.open_pixels(np.zeros((20, 30, 3), np.uint8), "dark")
    until(lambda: painted.name == "dark")
    assert kept(painted) == []
    assert not painted.modified


@pytest.fixture
def autosave(controller: Controller, autosaves: Path) -> Any:
    autosave = Autosave(controller, autosaves)
    yield autosave
    autosave.close()
    autosave.deleteLater()


def test_branches_survive_a_crash(
    painted: Controller, autosave: Autosave, until: Until, autosaves: Path, tmp_path: Path
) -> None:
    first = painted_on(painted, until, 60, seed=7)
    painted.branching.rename(0, "Warm")
    until(lambda: not autosave.busy)
    autosave.keep()
    until(lambda: not autosave.busy)
    left = tmp_path / "left"
    autosave.path.rename(left)  # as the disk is when the studio is killed

    work = KeptWork.claimed(left)
    assert work is not None
    opened = work.load()
    assert opened.document == painted.document
    (branch,) = opened.branches
    assert (branch.document, branch.label, branch.settings["seed"]) == (first, Label(1, "Warm"), 0)
    work.remove()


def test_branches_named_after_a_restart_survive_a_crash_with_the_painting(
    painted: Controller, autosave: Autosave, until: Until, tmp_path: Path
) -> None:
    first = painted_on(painted, until, 60, seed=7)
    whole = painted.document
    until(lambda: not autosave.busy)
    autosave.keep()
    until(lambda: not autosave.busy)
    painted.restart()
    painted.branching.rename([*map(id, kept(painted))].index(id(first)), "Warm")
    autosave.keep()
    until(lambda: not autosave.busy)
    left = tmp_path / "left"
    autosave.path.rename(left)

    work = KeptWork.claimed(left)
    assert work is not None
    opened = work.load()
    assert opened.document == whole
    assert "Warm" in [branch.label.name for branch in opened.branches]
    work.remove()


def test_what_has_not_changed_of_branches_is_not_written_again(
    painted: Controller, autosave: Autosave, until: Until
) -> None:
    def keep() -> dict[str, int]:
        until(lambda: not autosave.busy)
        autosave.keep()
        until(lambda: not autosave.busy)
        return {path.name: path.stat().st_mtime_ns for path in autosave.path.glob("*.journal")}

    painted.branching.keep()
    before = keep()
    assert sorted(before) == ["branch-1.journal", "strokes.journal"]
    assert keep() == before
    painted.set_settings(seed=3)
    assert keep()["branch-1.journal"] == before["branch-1.journal"]
    painted.branching.drop(0)
    assert sorted(keep()) == ["strokes.journal"]


def test_after_a_crash_a_painting_that_had_made_no_room_yet_leaves_no_branch_of_itself(
    painted: Controller, autosave: Autosave, until: Until, autosaves: Path
) -> None:
    whole = painted.document
    painted.set_settings(seed=4)
    painted.seek(60)
    painted.paint()
    autosave.close(keeping=True)
    painted.close_photo()
    (path,) = left_behind(autosaves)
    work = KeptWork.claimed(path)
    assert work is not None
    painted.open_work(work.load, taken=lambda: None, left=lambda: None)
    until(lambda: painted.phase is Phase.IDLE and not painted.reading)

    assert (painted.document, kept(painted)) == (whole, []) or painted.document.strokes.shared(whole.strokes) == 60
    work.remove()
