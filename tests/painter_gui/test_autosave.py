"""Work is kept while it goes on, and only then."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile

from core.branch_files import BranchFiles
from core.branches import Branches
from core.errors import OutputError, PictureError, SessionFileError
from core.journal import Journal, Work, read_journal, unsaved_strokes
from painter_gui.autosave import Autosave
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.kept_work import KeptWork, left_behind
from tests.painter_gui.works import ONE_STROKE

Until = Callable[[Callable[[], bool]], None]
Open = Callable[[Controller], None]

JOURNAL = "strokes.journal"


@pytest.fixture
def autosave(controller: Controller, autosaves: Path) -> Iterator[Autosave]:
    autosave = Autosave(controller, autosaves)
    yield autosave
    autosave.close()
    autosave.deleteLater()


def kept(autosave: Autosave, until: Until) -> None:
    until(lambda: not autosave.busy)
    autosave.keep()
    until(lambda: not autosave.busy)


def test_of_a_photo_alone_nothing_is_offered(
    controller: Controller, autosave: Autosave, open_photo: Open, until: Until, autosaves: Path
) -> None:
    kept(autosave, until)
    assert not autosaves.exists()
    open_photo(controller)
    kept(autosave, until)
    assert (autosave.path / "photo.png").exists()
    autosave.close(keeping=True)
    assert left_behind(autosaves) == []
    assert list(autosaves.iterdir()) == []


def test_strokes_are_kept_as_they_come(
    controller: Controller, autosave: Autosave, open_photo: Open, until: Until
) -> None:
    open_photo(controller)
    for _ in range(2):
        controller.step()
        until(lambda: controller.phase is Phase.IDLE)
        kept(autosave, until)
        assert read_journal(autosave.path / JOURNAL).document == controller.document


def test_it_keeps_by_itself_within_a_second(
    controller: Controller, autosave: Autosave, paint_all: Open, until: Until, autosaves: Path
) -> None:
    paint_all(controller)
    until(lambda: (autosave.path / JOURNAL).exists())
    until(lambda: read_journal(autosave.path / JOURNAL).document == controller.document)


def test_undo_and_a_branch_are_kept(controller: Controller, autosave: Autosave, paint_all: Open, until: Until) -> None:
    paint_all(controller)
    kept(autosave, until)
    controller.seek(12)
    controller.step()
    until(lambda: controller.phase is Phase.IDLE)
    kept(autosave, until)
    assert read_journal(autosave.path / JOURNAL).document == controller.document
    controller.undo()
    kept(autosave, until)
    assert len(controller.document.strokes) == 40
    assert read_journal(autosave.path / JOURNAL).document == controller.document


def test_a_restart_leaves_what_undo_would_bring_back(
    controller: Controller, autosave: Autosave, paint_all: Open, until: Until
) -> None:
    paint_all(controller)
    painted = controller.document
    kept(autosave, until)
    controller.restart()
    kept(autosave, until)
    assert read_journal(autosave.path / JOURNAL).document == painted


def test_what_has_not_changed_is_not_written_again(
    controller: Controller, autosave: Autosave, paint_all: Open, until: Until
) -> None:
    paint_all(controller)
    kept(autosave, until)
    written = (autosave.path / JOURNAL).stat().st_mtime_ns
    kept(autosave, until)
    assert (autosave.path / JOURNAL).stat().st_mtime_ns == written
    controller.set_settings(seed=3)
    kept(autosave, until)
    assert read_journal(autosave.path / JOURNAL).settings["seed"] == 3


def test_what_is_saved_is_offered_no_longer_until_it_changes(
    controller: Controller, autosave: Autosave, paint_all: Open, until: Until, tmp_path: Path
) -> None:
    paint_all(controller)
    kept(autosave, until)
    assert unsaved_strokes(autosave.path / JOURNAL) == 40
    controller.save(tmp_path / "a.strokewise")
    until(lambda: not controller.modified)
    kept(autosave, until)
    assert unsaved_strokes(autosave.path / JOURNAL) == 0
    controller.set_settings(strokes=41)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    kept(autosave, until)
    assert unsaved_strokes(autosave.path / JOURNAL) == 41


def test_another_photo_has_a_folder_of_its_own(
    controller: Controller, autosave: Autosave, paint_all: Open, until: Until, autosaves: Path
) -> None:
    paint_all(controller)
    kept(autosave, until)
    first = autosave.path
    controller.open_file("sample:coffee")
    until(lambda: controller.name == "coffee")
    kept(autosave, until)
    assert autosave.path != first
    assert [path for path in autosaves.iterdir() if path.is_dir()] == [autosave.path]


def test_a_long_write_of_other_files_does_not_hold_it_up(
    controller: Controller, autosave: Autosave, paint_all: Open, until: Until
) -> None:
    paint_all(controller)
    until(lambda: not controller.files.busy)
    ended = threading.Event()
    controller.files.submit(ended.wait)
    try:
        until(lambda: (autosave.path / JOURNAL).exists())
    finally:
        ended.set()


def test_a_disk_that_refuses_is_told_once_and_tried_again(
    controller: Controller, paint_all: Open, until: Until, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    autosave = Autosave(controller, tmp_path / "file")
    told: list[object] = []
    autosave.troubled.connect(told.append)
    autosave.trouble_ended.connect(told.append)
    paint_all(controller)
    for _ in range(3):
        kept(autosave, until)
    assert "cannot keep work" in caplog.text
    assert [type(each) for each in told] == [OutputError]
    (tmp_path / "file").unlink()
    until(lambda: told[-1] is True)
    assert read_journal(autosave.path / JOURNAL).document == controller.document
    assert (autosave.path / "photo.png").exists()
    autosave.close()


def test_a_drive_that_comes_back_empty_gets_everything_again(
    controller: Controller, autosave: Autosave, paint_all: Open, until: Until, autosaves: Path
) -> None:
    import shutil

    paint_all(controller)
    kept(autosave, until)
    shutil.rmtree(autosaves)
    controller.set_settings(seed=9)
    kept(autosave, until)
    kept(autosave, until)
    assert read_journal(autosave.path / JOURNAL).document == controller.document
    assert (autosave.path / "photo.png").exists()
    assert KeptWork.claimed(autosave.path) is None  # locked again


def test_trouble_ends_while_painting_goes_on(
    controller: Controller, open_photo: Open, until: Until, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    autosave = Autosave(controller, tmp_path / "file")
    told: list[object] = []
    autosave.troubled.connect(told.append)
    autosave.trouble_ended.connect(told.append)
    controller.set_settings(strokes=1_000_000)
    open_photo(controller)
    controller.paint()
    until(lambda: bool(told))
    (tmp_path / "file").unlink()
    until(lambda: told[-1] is True)
    assert controller.phase is Phase.PAINTING
    controller.stop()
    autosave.close()


def test_trouble_ends_with_the_work_and_that_of_another_is_told_anew(
    controller: Controller, paint_all: Open, until: Until, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    autosave = Autosave(controller, tmp_path / "file")
    told: list[object] = []
    autosave.troubled.connect(lambda error: told.append("troubled"))
    autosave.trouble_ended.connect(told.append)
    paint_all(controller)
    until(lambda: told == ["troubled"])
    controller.close_photo()
    until(lambda: told == ["troubled", False])
    paint_all(controller)
    until(lambda: told == ["troubled", False, "troubled"])
    autosave.close()


def test_what_makes_room_for_a_refinement_or_a_branch_is_kept_until_there_is_something_instead(
    controller: Controller, autosave: Autosave, paint_all: Open, until: Until
) -> None:
    paint_all(controller)
    kept(autosave, until)
    controller.seek(5)
    controller.refine()
    assert len(controller.document.strokes) == 5
    kept(autosave, until)
    assert unsaved_strokes(autosave.path / JOURNAL) == 40
    controller.undo()
    assert len(controller.document.strokes) == 40
    controller.seek(5)
    controller.paint()
    assert len(controller.brushwork.document_to_keep.strokes) == 40  # nothing is painted yet
    until(lambda: controller.phase is Phase.IDLE)
    assert controller.brushwork.document_to_keep is controller.document
    kept(autosave, until)
    assert read_journal(autosave.path / JOURNAL).document == controller.document


def test_work_that_was_let_go_is_gone_though_the_studio_ends_meanwhile(
    controller: Controller, paint_all: Open, until: Until, autosaves: Path
) -> None:
    autosave = Autosave(controller, autosaves)
    paint_all(controller)
    kept(autosave, until)
    ended = threading.Event()
    autosave._thread.submit(ended.wait)  # a slow disk
    controller.open_file("sample:coffee")
    until(lambda: controller.name == "coffee")
    autosave.keep()
    threading.Timer(0.2, ended.set).start()
    autosave.close(keeping=True)
    assert left_behind(autosaves) == []
    assert list(autosaves.iterdir()) == []


def test_what_the_last_moment_brought_is_kept_where_the_studio_is_ended(
    controller: Controller, paint_all: Open, until: Until, autosaves: Path
) -> None:
    autosave = Autosave(controller, autosaves)
    paint_all(controller)
    autosave.close(keeping=True)  # at once, before it has looked even once
    (left,) = left_behind(autosaves)
    assert read_journal(left / JOURNAL).document == controller.document
    assert (left / "photo.png").exists()


def test_locks_without_a_folder_are_removed(tmp_path: Path) -> None:
    (tmp_path / "gone.lock").write_text(f"4194305\npython\n{platform.node()}\n")
    lock = QLockFile(str(tmp_path / "here.lock"))
    assert lock.tryLock(0)
    assert left_behind(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["here.lock"]
    lock.unlock()


def test_where_no_lock_can_be_made_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QLockFile, "tryLock", lambda *_: False)
    monkeypatch.setattr(QLockFile, "error", lambda _: QLockFile.LockError.LockFailedError)
    work = KeptWork.new(tmp_path)
    with pytest.raises(OutputError, match="its lock cannot be made"):
        work.keep(Work(document=ONE_STROKE))
    assert list(tmp_path.iterdir()) == []


def test_a_photo_that_cannot_be_read_now_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import core.images

    (tmp_path / "a").mkdir()
    Journal(tmp_path / "a" / JOURNAL).add(Work(document=ONE_STROKE))
    (tmp_path / "a" / "photo.png").write_bytes(b"as good as ever")

    def short(*_: object) -> None:
        raise PictureError("a", "it needs more memory than is free") from MemoryError()

    with monkeypatch.context() as patched:
        patched.setattr(core.images, "decoded_picture", short)
        work = KeptWork.claimed(tmp_path / "a")
        assert work is not None
        with pytest.raises(SessionFileError, match="more memory"):
            work.load()
    assert (tmp_path / "a" / "photo.png").read_bytes() == b"as good as ever"
    assert len(work.load().photo.pixels) == 48  # now it is damaged: the painting takes its place
    assert (tmp_path / "a" / "photo.damaged").read_bytes() == b"as good as ever"


def test_on_a_disk_that_takes_no_lock_what_was_left_can_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    Journal(tmp_path / "a" / JOURNAL).add(Work(document=ONE_STROKE))
    monkeypatch.setattr(QLockFile, "tryLock", lambda *_: False)
    monkeypatch.setattr(QLockFile, "error", lambda _: QLockFile.LockError.UnknownError)
    assert left_behind(tmp_path) == [tmp_path / "a"]
    work = KeptWork.claimed(tmp_path / "a")
    assert work is not None
    assert work.load().document == ONE_STROKE


def test_work_that_another_studio_took_goes_on_elsewhere_with_all_its_branches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    branches = Branches().kept(ONE_STROKE, {"seed": 1})
    (tmp_path / "a").mkdir()
    with monkeypatch.context() as full:  # a disk that takes no lock
        full.setattr(QLockFile, "tryLock", lambda *_: False)
        full.setattr(QLockFile, "error", lambda _: QLockFile.LockError.UnknownError)
        work = KeptWork.claimed(tmp_path / "a")
    assert work is not None
    theirs = KeptWork.claimed(tmp_path / "a")
    assert theirs is not None
    theirs.keep(Work(document=ONE_STROKE), branches)
    work._branch_files = BranchFiles(tmp_path / "a")  # as it has after it was loaded
    with pytest.raises(OutputError):
        work.keep(Work(document=ONE_STROKE), branches)
    work.keep(Work(document=ONE_STROKE), branches)

    assert work.path != tmp_path / "a"
    assert [path.name for path in work.path.glob("branch-*")] == ["branch-1.journal"]
    assert [path.name for path in (tmp_path / "a").glob("branch-*")] == ["branch-1.journal"]
    for each in (work, theirs):
        each.release()


def test_an_entry_that_says_saved_but_is_damaged_does_not_cost_the_work(tmp_path: Path) -> None:
    path = tmp_path / "a" / JOURNAL
    path.parent.mkdir()
    journal = Journal(path)
    journal.add(Work(document=ONE_STROKE, name="a"))
    journal.add(Work(document=ONE_STROKE, name="a", saved=True))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1  # a space would do as well: it is still JSON, or none
    path.write_bytes(content)
    assert left_behind(tmp_path) == [tmp_path / "a"]


HOLDER = """
import sys, time
from pathlib import Path
from painter_gui.kept_work import KeptWork
work = KeptWork.claimed(Path(sys.argv[1]))
print(work is not None, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_what_another_process_has_is_not_offered_until_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    Journal(tmp_path / "a" / JOURNAL).add(Work(document=ONE_STROKE))
    command = [sys.executable, "-c", HOLDER, tmp_path / "a"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert left_behind(tmp_path) == []
        assert KeptWork.claimed(tmp_path / "a") is None
        holder.kill()
    assert left_behind(tmp_path) == [tmp_path / "a"]


def test_only_what_nobody_has_open_is_left_behind(tmp_path: Path) -> None:
    for number, name in enumerate(("old", "new", "open")):
        (tmp_path / name).mkdir()
        Journal(tmp_path / name / JOURNAL).add(Work(document=ONE_STROKE))
        os.utime(tmp_path / name / JOURNAL, (number + 1, number + 1))
    lock = QLockFile(str(tmp_path / "open.lock"))
    assert lock.tryLock(0)
    assert [path.name for path in left_behind(tmp_path)] == ["new", "old"]
    claimed = KeptWork.claimed(tmp_path / "old")
    assert claimed is not None
    assert [path.name for path in left_behind(tmp_path)] == ["new"]
    claimed.remove()
    assert not (tmp_path / "old").exists()
    assert KeptWork.claimed(tmp_path / "old") is None  # another has had it meanwhile
    lock.unlock()
    assert left_behind(tmp_path / "nowhere") == []


def test_a_journal_that_cannot_be_read_is_not_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / JOURNAL).write_bytes(b"strokewise-journal 9\nof a newer version")
    assert left_behind(tmp_path) == [tmp_path / "a"]
    assert (tmp_path / "a" / JOURNAL).exists()
