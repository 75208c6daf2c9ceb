"""Work is kept while it goes on, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile

from core.session_file import load_session
from painter_gui.autosave import Autosave, discard, left_behind
from painter_gui.controller import Controller, Phase

Until = Callable[[Callable[[], bool]], None]
Open = Callable[[Controller], None]


@pytest.fixture
def autosave(controller: Controller, autosaves: Path) -> Iterator[Autosave]:
    autosave = Autosave(controller, autosaves)
    yield autosave
    autosave.close()
    autosave.deleteLater()


def kept(controller: Controller, autosave: Autosave, until: Until) -> None:
    autosave.keep()
    until(lambda: not controller.files.busy)


def test_a_photo_alone_is_not_kept(
    controller: Controller, autosave: Autosave, open_photo: Open, until: Until, autosaves: Path
) -> None:
    kept(controller, autosave, until)
    open_photo(controller)
    kept(controller, autosave, until)
    assert not autosaves.exists()


def test_strokes_are_kept_as_they_come(
    controller: Controller, autosave: Autosave, open_photo: Open, until: Until
) -> None:
    open_photo(controller)
    for _ in range(2):
        controller.step()
        until(lambda: controller.phase is Phase.IDLE)
        kept(controller, autosave, until)
        assert load_session(autosave.path).document == controller.document


def test_what_has_not_changed_is_not_written_again(
    controller: Controller, autosave: Autosave, paint_all: Open, until: Until
) -> None:
    paint_all(controller)
    kept(controller, autosave, until)
    written = autosave.path.stat().st_mtime_ns
    kept(controller, autosave, until)
    assert autosave.path.stat().st_mtime_ns == written
    controller.set_settings(seed=3)
    kept(controller, autosave, until)
    assert load_session(autosave.path).settings["seed"] == 3


def test_what_is_saved_is_kept_no_longer(
    controller: Controller, autosave: Autosave, paint_all: Open, until: Until, tmp_path: Path
) -> None:
    paint_all(controller)
    kept(controller, autosave, until)
    controller.save(tmp_path / "a.strokewise")
    until(lambda: not controller.modified)
    kept(controller, autosave, until)
    assert not autosave.path.exists()


def test_a_disk_that_refuses_costs_no_word_and_is_tried_again(
    controller: Controller, paint_all: Open, until: Until, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    autosave = Autosave(controller, tmp_path / "file")
    paint_all(controller)
    kept(controller, autosave, until)
    assert "cannot keep work" in caplog.text
    (tmp_path / "file").unlink()
    kept(controller, autosave, until)
    assert autosave.path.exists()
    autosave.close()


def test_only_what_nobody_has_open_is_left_behind(tmp_path: Path) -> None:
    for name in ("old", "new", "open"):
        (tmp_path / f"{name}.strokewise").write_text(name)
    lock = QLockFile(str(tmp_path / "open.lock"))
    assert lock.tryLock(0)
    import os

    os.utime(tmp_path / "old.strokewise", (1, 1))
    assert [path.stem for path in left_behind(tmp_path)] == ["new", "old"]
    discard(tmp_path / "old.strokewise")
    assert [path.stem for path in left_behind(tmp_path)] == ["new"]
    lock.unlock()
    assert left_behind(tmp_path / "nowhere") == []
