"""Each form leaves by the dialog."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import imageio_ffmpeg
import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from core.document import Document
from core.export.stroke_json import read_json
from core.geometry import Size
from core.rasteriser.fast import draw, to_bytes
from core.stroke import Strokes
from painter_gui.exporting import FORMS, ExportChoices, Preview, preview
from painter_gui.files import Photo
from painter_gui.views.export_dialog import ExportDialog, show_in_folder
from painter_gui.views.export_preview import _REST_MS

Until = Callable[[Callable[[], bool]], None]

pytestmark = pytest.mark.gui


@pytest.fixture
def painting() -> Document:
    random = np.random.default_rng(0)
    strokes = Strokes.from_columns(
        types=np.zeros(60, np.uint8),
        patches=np.column_stack([random.uniform(0, 30, (60, 2)), np.full(60, 24.0)]),
        parameters=random.random((60, 13), dtype=np.float32),
        steps=np.arange(60) // 5,
    )
    return Document(Size(48, 64), (20, 30, 40), strokes)


@pytest.fixture
def dialog(qapp: QApplication, painting: Document, photo: NDArray[np.uint8], tmp_path: Path) -> Iterator[ExportDialog]:
    dialog = ExportDialog(painting, Photo.of(photo), "sunset", tmp_path)
    dialog.show()
    yield dialog
    dialog.done(0)
    dialog.deleteLater()
    qapp.processEvents()


def exported(dialog: ExportDialog, until: Until) -> Path:
    """Press the button; where it was written."""
    dialog.export_button.click()
    until(lambda: not dialog.exporting)
    assert dialog.written is not None, dialog.status.text()
    return dialog.written


def test_a_picture_of_any_size(dialog: ExportDialog, until: Until, painting: Document, tmp_path: Path) -> None:
    dialog.choose("picture", size=128)
    path = exported(dialog, until)
    assert path == tmp_path / "sunset-painting.png"
    with Image.open(path) as picture:
        np.testing.assert_array_equal(np.asarray(picture), to_bytes(draw(painting, Size(96, 128))))
    assert dialog.status.text().startswith("Written: sunset-painting.png (")
    assert dialog.show_button.isEnabled()


def test_svg_in_its_profiles(dialog: ExportDialog, until: Until) -> None:
    texts = {}
    for form in ("svg", "compatible", "plotter"):
        dialog.choose(form, title=f"a <{form}>")
        dialog.path.setText(str(Path(dialog.path.text()).with_name(f"{form}.svg")))
        path = exported(dialog, until)
        texts[form] = path.read_text()
        title = ElementTree.parse(path).getroot().find("{http://www.w3.org/2000/svg}title")
        assert title is not None
        assert title.text == f"a <{form}>"
    assert "<mask" in texts["svg"]
    assert "<mask" not in texts["compatible"]
    assert 'width="297mm"' in texts["plotter"]


def test_svgz(dialog: ExportDialog, until: Until) -> None:
    dialog.choose("svg")
    dialog.pages.suffixes["svg"].setCurrentIndex(1)
    path = exported(dialog, until)
    assert path.suffix == ".svgz"
    assert b"<svg" in gzip.decompress(path.read_bytes())


def test_strokes(dialog: ExportDialog, until: Until, painting: Document) -> None:
    dialog.choose("strokes")
    assert read_json(exported(dialog, until)) == painting


@pytest.mark.parametrize(("row", "suffix"), [(0, ".mp4"), (1, ".webm"), (2, ".gif")])
def test_films(dialog: ExportDialog, until: Until, row: int, suffix: str) -> None:
    dialog.choose("film", size=64, seconds=1.0, hold=0.5, shape="1:1", beside=True)
    dialog.pages.suffixes["film"].setCurrentIndex(row)
    path = exported(dialog, until)
    assert path.suffix == suffix
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(path))
    assert frames == (45 if suffix != ".gif" else 30)
    assert seconds == pytest.approx(1.5, abs=0.05)


def test_frames(dialog: ExportDialog, until: Until, tmp_path: Path) -> None:
    dialog.choose("frames", every=20, transparent=True)
    folder = exported(dialog, until)
    assert folder == tmp_path / "sunset-painting-frames"
    assert sorted(each.name for each in folder.iterdir()) == [f"frame-{n:06}.png" for n in range(4)]
    with Image.open(folder / "frame-000003.png") as frame:
        assert frame.mode == "RGBA"


def test_svg_in_layers_by_colour(dialog: ExportDialog, until: Until) -> None:
    dialog.choose("svg", group="colour")
    root = ElementTree.parse(exported(dialog, until)).getroot()
    inkscape = "{http://www.inkscape.org/namespaces/inkscape}"
    layers = root.findall("{http://www.w3.org/2000/svg}g")
    assert len(layers) > 2
    assert all(each.get(f"{inkscape}groupmode") == "layer" for each in layers)


@pytest.mark.parametrize(("colours", "least"), [(0, 1), (3, 0), (70, 1)])
def test_pens_are_those_of_the_palette_where_there_is_one(
    qapp: QApplication, painting: Document, photo: NDArray[np.uint8], tmp_path: Path, until: Until, colours: int,
    least: int,
) -> None:  # fmt: skip
    job = {"palette": [f"#{3 * index:02x}5060" for index in range(colours)]}
    dialog = ExportDialog(replace(painting, job=job), Photo.of(photo), "sunset", tmp_path)
    try:
        dialog.choose("plotter")
        assert dialog.pages.editors["plotter"]["pens"].minimum() == least  # type: ignore[attr-defined]
        assert dialog.choices.pens == (0 if least == 0 else 6)
        layers = ElementTree.parse(exported(dialog, until)).getroot().findall("{http://www.w3.org/2000/svg}g")
        assert len(layers) == (3 if least == 0 else 6)
    finally:
        dialog.done(0)
        dialog.deleteLater()
        qapp.processEvents()


def test_a_lesson(dialog: ExportDialog, until: Until, tmp_path: Path) -> None:
    dialog.choose("lesson", chapters=4, by="colour", colours=5, paper="a3", title="Abendrot über der Bucht")
    path = exported(dialog, until)
    assert path == tmp_path / "sunset-painting.pdf"
    with closing(pypdfium2.PdfDocument(path)) as pdf:
        with closing(pdf[0]) as page, closing(page.get_textpage()) as text:
            title = text.get_text_bounded()
        assert 3 <= len(pdf) <= 5
    assert "Abendrot über der Bucht" in title
    assert "5 colours · painted on A3" in title
    assert "The photo" in title


def test_a_lessons_cards_in_a_folder(dialog: ExportDialog, until: Until, tmp_path: Path) -> None:
    dialog.choose("lesson", chapters=2, beside=False)
    dialog.pages.suffixes["lesson"].setCurrentIndex(1)
    folder = exported(dialog, until)
    assert folder == tmp_path / "sunset-painting-lesson"
    assert sorted(each.name for each in folder.iterdir()) == [f"step-0{number}.png" for number in range(3)]
    dialog.choose("film")
    assert Path(dialog.path.text()).name == "sunset-painting.mp4"


def test_a_cancelled_lesson_leaves_nothing(dialog: ExportDialog, until: Until, tmp_path: Path) -> None:
    dialog.choose("lesson")
    dialog.pages.suffixes["lesson"].setCurrentIndex(1)
    dialog.export_button.click()
    dialog.close_button.click()
    until(lambda: not dialog.exporting)
    assert dialog.status.text() == "Cancelled; nothing was written."
    assert list(tmp_path.iterdir()) == []


def test_by_colour_a_lesson_has_three_steps_at_least(dialog: ExportDialog) -> None:
    dialog.choose("lesson", chapters=1)
    assert dialog.choices.chapters == 1
    dialog.choose("lesson", by="colour")
    assert dialog.choices.chapters == 3
    dialog.choose("lesson", by="detail", chapters=2)
    assert dialog.choices.chapters == 2


def test_a_lessons_preview_follows_its_title(dialog: ExportDialog, until: Until) -> None:
    seen = []
    for title in ("One", "Another one"):
        dialog.preview.picture.clear()
        dialog.choose("lesson", title=title)
        until(lambda: not dialog.preview.picture.pixmap().isNull())
        seen.append(dialog.preview.picture.pixmap().toImage())
    assert seen[0] != seen[1]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_a_preview(dialog: ExportDialog, until: Until, form: str) -> None:
    dialog.choose(form)
    dialog.preview.picture.clear()
    dialog.preview.draw_soon()
    until(lambda: not dialog.preview.picture.pixmap().isNull())
    image = dialog.preview.picture.pixmap().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)}
    assert len(colours) > 4
    assert "60 strokes" in dialog.preview.size_label.text()


def test_the_size_is_told(dialog: ExportDialog, until: Until) -> None:
    dialog.choose("picture", size=4000)
    until(lambda: "4,000 × 3,000 px" in dialog.preview.size_label.text())
    dialog.choose("film", size=640, shape="9:16")
    until(lambda: "360 × 640 px" in dialog.preview.size_label.text())


def test_what_cannot_be_is_told_in_the_dialog(dialog: ExportDialog, until: Until, tmp_path: Path) -> None:
    dialog.choose("picture")
    dialog.path.setText(str(tmp_path / "nowhere" / "a.png"))
    dialog.export_button.click()
    until(lambda: not dialog.exporting)
    assert "its folder does not exist" in dialog.status.text()
    assert dialog.written is None
    assert dialog.export_button.isEnabled()


def test_cancelling_leaves_nothing(dialog: ExportDialog, until: Until, tmp_path: Path) -> None:
    dialog.choose("picture", size=16_000)
    dialog.export_button.click()
    assert dialog.close_button.text() == "Cancel"
    assert not dialog.export_button.isEnabled()
    dialog.close_button.click()
    until(lambda: not dialog.exporting)
    assert dialog.status.text() == "Cancelled; nothing was written."
    assert list(tmp_path.glob("sunset*")) == []
    assert dialog.isVisible()


def test_after_cancelling_the_preview_follows_what_is_chosen(dialog: ExportDialog, until: Until) -> None:
    dialog.choose("picture", size=16_000)
    dialog.export_button.click()
    dialog.close_button.click()
    until(lambda: not dialog.exporting)
    dialog.choose("picture", size=4000)
    until(lambda: "4,000 × 3,000 px" in dialog.preview.size_label.text())


def test_after_an_export_the_preview_is_of_what_was_chosen_before_it(dialog: ExportDialog, until: Until) -> None:
    until(lambda: "64 × 48 px" in dialog.preview.size_label.text())
    dialog.choose("film", size=128, seconds=2.0)
    dialog.start()  # before the preview could follow
    until(lambda: not dialog.exporting)
    until(lambda: "128 × 96 px" in dialog.preview.size_label.text())


def test_the_preview_of_a_film_of_odd_sides_has_no_line_of_bare_sheet() -> None:
    size = Size(47, 63)
    white = np.full((*size, 3), 255, np.uint8)
    strokes = Strokes.from_columns(
        types=np.zeros(1, np.uint8), patches=np.array([[0.0, 0.0, 64.0]]),
        parameters=np.array([[0.5] * 6 + [1.0, 1.0, 1.0, 1.0] + [1.0] * 3], np.float32), steps=np.zeros(1, int),
    )  # fmt: skip
    drawn = preview(
        Document(size, (0, 0, 0), strokes), ExportChoices(form="film", beside=True), white, 320, stale=lambda: False
    )
    assert drawn is not None
    assert drawn.pixels.shape == (48, 128, 4)
    assert (drawn.pixels[:, :64] == 255).all()  # the photo, to the painting beside it


def test_a_preview_that_comes_late_does_not_stand_for_the_newer_one(dialog: ExportDialog, until: Until) -> None:
    until(lambda: "64 × 48 px" in dialog.preview.size_label.text())
    dialog.preview.draw_soon()
    dialog.preview._on_drawn(dialog.preview._drawn, Preview(np.zeros((4, 4, 4), np.uint8), None))
    assert "px" not in dialog.preview.size_label.text()
    dialog.preview.hold(True)  # an export
    QTest.qWait(2 * _REST_MS)
    dialog.preview.hold(False)
    until(lambda: "64 × 48 px" in dialog.preview.size_label.text())


def test_progress_is_shown(dialog: ExportDialog, until: Until) -> None:
    seen: list[int] = []
    dialog.bar.valueChanged.connect(seen.append)
    dialog.choose("film", seconds=2.0)
    exported(dialog, until)
    assert len(set(seen)) > 10


def test_an_earlier_file_is_replaced_only_when_wanted(
    dialog: ExportDialog, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sunset-painting.png").write_text("mine")
    answers = iter([QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes])
    monkeypatch.setattr(QMessageBox, "exec", lambda _: next(answers))
    dialog.export_button.click()
    assert not dialog.exporting
    assert (tmp_path / "sunset-painting.png").read_text() == "mine"
    exported(dialog, until)
    with Image.open(tmp_path / "sunset-painting.png") as picture:
        assert picture.size == (64, 48)


def test_the_photo_itself_is_never_replaced(
    qapp: QApplication, painting: Document, photo: NDArray[np.uint8], tmp_path: Path
) -> None:
    file = tmp_path / "sunset.png"
    Image.fromarray(photo).save(file)
    before = file.read_bytes()
    dialog = ExportDialog(painting, Photo.of(photo, file), "sunset", tmp_path)
    assert Path(dialog.path.text()) == tmp_path / "sunset-painting.png"

    dialog.path.setText(str(tmp_path / "sunset.png"))
    dialog.start()

    assert not dialog.exporting
    assert dialog.status.text() == f"Cannot write {file}: it is the photo that is painted; choose another name."
    assert file.read_bytes() == before
    dialog.done(0)
    dialog.deleteLater()


def test_the_suffix_follows_the_form_and_the_name_stays(
    dialog: ExportDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for form in ("film", "frames", "strokes", "lesson", "svg", "picture"):
        dialog.choose(form)
        names.append(Path(dialog.path.text()).name)
    assert names == [
        "sunset-painting.mp4",
        "sunset-painting-frames",
        "sunset-painting.json",
        "sunset-painting.pdf",
        "sunset-painting.svg",
        "sunset-painting.png",
    ]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(tmp_path / "v1.2"), ""))
    dialog.browse.click()
    dialog.choose("film")
    assert Path(dialog.path.text()).name == "v1.2.mp4"


def test_closing_while_exporting_cancels(dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.choose("picture", size=16_000)
    dialog.export_button.click()
    dialog.close()
    assert list(tmp_path.glob("sunset*")) == []


def test_the_folder_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[Any] = []
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("painter_gui.views.export_dialog.QDesktopServices.openUrl", opened.append)
    show_in_folder(tmp_path / "a.png")
    assert [url.toLocalFile() for url in opened] == [str(tmp_path)]


@pytest.mark.parametrize("name", ["", "/", "~nobody-of-that-name/a.png", "a" * 300])
@pytest.mark.parametrize("form", ["picture", "frames"])
def test_what_cannot_be_a_name_is_told(dialog: ExportDialog, form: str, name: str) -> None:
    dialog.choose(form)
    dialog.path.setText(name)
    dialog.export_button.click()
    assert not dialog.exporting
    assert dialog.status.text() == "That cannot be a file's name; choose another."
    dialog.choose("film")
    assert dialog.path.text().endswith(".mp4")


def test_a_name_that_its_suffix_makes_too_long_is_told(dialog: ExportDialog) -> None:
    dialog.choose("picture")
    dialog.path.setText("a" * 253)
    dialog.export_button.click()
    assert not dialog.exporting
    assert dialog.status.text() == "That cannot be a file's name; choose another."
