"""Files come into being whole or not at all."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import core.files
from core.errors import OutputError
from core.files import checked_output_folder, reading_problem, written_aside


def failing_with(number: int):
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_file_appears_only_when_the_body_ends(tmp_path: Path) -> None:
    path = tmp_path / "painting.png"
    with written_aside(path) as aside:
        aside.write_bytes(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert os.listdir(tmp_path) == ["painting.png"]


@pytest.fixture
def without_nameless_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that has none, as all but Linux."""
    monkeypatch.setattr(core.files, "_nameless_file", lambda _folder: None)


@pytest.mark.usefixtures("without_nameless_files")
def test_the_temporary_path_is_a_hidden_sibling_of_the_same_suffix(tmp_path: Path) -> None:
    with written_aside(tmp_path / "a.webp") as one, written_aside(tmp_path / "a.webp") as other:
        assert one.parent == tmp_path
        assert one.suffix == ".webp"
        assert one.name.startswith(".")
        assert one != other
        one.write_text("one")
        other.write_text("other")
    assert (tmp_path / "a.webp").read_text() == "one"
    assert os.listdir(tmp_path) == ["a.webp"]


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files without a name are Linux's")
def test_a_file_being_written_has_no_name_and_others_can_write_to_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with written_aside(tmp_path / "a.json") as one:
            subprocess.run([sys.executable, "-c", "import sys; open(sys.argv[1], 'w').write('b')", one], check=True)
            assert os.listdir(tmp_path) == []
    finally:
        os.umask(before)
    assert (tmp_path / "a.json").read_text() == "b"
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o640


@pytest.mark.usefixtures("without_nameless_files")
def test_nothing_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="the encoder wrote nothing"), written_aside(tmp_path / "a.webp"):
        pass
    assert os.listdir(tmp_path) == []


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "strokes.json"
    path.write_text("old and longer")
    with written_aside(path) as aside:
        aside.write_text("new")
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [ValueError("bug"), KeyboardInterrupt()])
def test_a_failing_body_leaves_the_old_file_and_no_other(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "strokes.json"
    path.write_text("old")

    def write() -> None:
        with written_aside(path) as aside:
            aside.write_text("half")
            raise error

    with pytest.raises(type(error)):
        write()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["strokes.json"]


KILLED = """
import os, signal, sys
from pathlib import Path
import core.files

if sys.argv[2] == "named":
    core.files._nameless_file = lambda folder: None
with core.files.written_aside(Path(sys.argv[1])) as aside:
    aside.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files without a name are Linux's")
def test_a_killed_process_leaves_the_old_file_and_no_fragment(tmp_path: Path) -> None:
    path = tmp_path / "strokes.json"
    path.write_text("old")
    done = subprocess.run([sys.executable, "-c", KILLED, path, "nameless"], check=False)
    assert done.returncode == -9
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["strokes.json"]


@pytest.mark.skipif(os.name != "posix", reason="asks for processes as POSIX does")
def test_where_files_need_names_a_fragment_goes_with_the_next_write(tmp_path: Path) -> None:
    path = tmp_path / "strokes.json"
    path.write_text("old")
    subprocess.run([sys.executable, "-c", KILLED, path, "named"], check=False)
    assert path.read_text() == "old"
    assert len(os.listdir(tmp_path)) == 2

    with written_aside(tmp_path / "other.json") as aside:
        aside.write_text("new")

    assert sorted(os.listdir(tmp_path)) == ["other.json", "strokes.json"]


def test_what_is_being_written_by_others_stays(tmp_path: Path) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()  # no process has that number now, but who knows of the other machine's?
    foreign = tmp_path / f".strokewise-00000000-{done.pid}-0123456789abcdef.png"
    foreign.touch()
    with written_aside(tmp_path / "a.json") as one:
        one.write_text("one")
        with written_aside(tmp_path / "b.json") as other:
            other.write_text("other")
        assert one.exists()

    assert sorted(os.listdir(tmp_path)) == [foreign.name, "a.json", "b.json"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_is_told_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("old")
    with monkeypatch.context() as patched:
        patched.setattr(os, step, failing_with(errno.ENOSPC))
        with pytest.raises(OutputError) as caught, written_aside(path) as aside:
            aside.write_text("new")
    assert str(caught.value) == f"Cannot write {path}: the disk is full; free some space or choose another disk."
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["film.mp4"]


def test_an_operating_system_error_of_the_body_is_told_as_an_output_error(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="that disk is read-only; choose another folder"),
        written_aside(tmp_path / "a"),
    ):
        failing_with(errno.EROFS)()


def test_an_unforeseen_system_error_is_told_in_the_systems_words(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="the system says “Input/output error”; choose"),
        written_aside(tmp_path / "a"),
    ):
        failing_with(errno.EIO)()


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOENT, "there is no such file; check its name and folder"),
        (errno.ENOTDIR, "there is no such file; check its name and folder"),
        (errno.EACCES, "you may not read it; change its permissions or copy it elsewhere"),
        (errno.EIO, "the system says “Input/output error”; check its name or copy it elsewhere"),
    ],
)
def test_what_keeps_a_file_from_being_read_has_a_remedy(number: int, problem: str) -> None:
    assert reading_problem(OSError(number, os.strerror(number))) == problem


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing/a.png", "its folder does not exist; create the folder or choose another"),
        ("file/a.png", "a part of its path is a file, not a folder; choose another folder"),
        ("file/below/a.png", "a part of its path is a file, not a folder; choose another folder"),
        ("folder.png", "a folder has that name; choose another name"),
        (f"{'x' * 300}.png", "the name is too long; choose a shorter one"),
    ],
)
def test_a_path_that_cannot_be_written_is_told_before_any_work(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "file").write_text("a file")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputError) as caught, written_aside(tmp_path / name):
        pytest.fail("the body ran")
    assert caught.value.problem == problem
    assert sorted(os.listdir(tmp_path)) == ["file", "folder.png"]


def test_a_device_is_not_replaced() -> None:
    with pytest.raises(OutputError, match="that is a device, not a file"), written_aside(Path(os.devnull)):
        pytest.fail("the body ran")
    assert not Path(os.devnull).is_file()


def test_a_body_that_writes_nothing_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("old")
    with pytest.raises(OutputError, match="the encoder wrote nothing"), written_aside(path):
        pass
    assert path.read_text() == "old"


def test_an_output_folder_is_created_with_its_parents_and_left_empty(tmp_path: Path) -> None:
    folder = tmp_path / "one" / "two"
    assert checked_output_folder(folder) == folder
    assert checked_output_folder(folder) == folder
    assert os.listdir(folder) == []


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("file", "a file has that name; choose another name for the folder"),
        ("file/frames", "a part of its path is a file, not a folder; choose another folder"),
    ],
)
def test_a_file_in_the_place_of_an_output_folder_is_told(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(OutputError) as caught:
        checked_output_folder(tmp_path / name)
    assert caught.value.problem == problem


def test_an_output_folder_that_takes_no_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: failing_with(errno.EACCES)())
    with pytest.raises(OutputError, match="you may not write there; choose another folder"):
        checked_output_folder(tmp_path)
