from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import orjson
import pytest

from core.brushes.bezier import BEZIER, Bezier
from core.document import Document
from core.errors import OutputError, StrokeFileError
from core.export.stroke_json import read_json, write_json
from core.geometry import Patch, Size
from core.rasteriser.fast import draw
from core.stroke import Stroke, Strokes


def _painting(count: int, seed: int = 0) -> Document:
    rng = np.random.default_rng(seed)
    strokes = Strokes.from_columns(
        types=np.zeros(count, np.uint8),
        patches=np.column_stack([rng.uniform(-10, 80, (count, 2)), rng.uniform(5, 64, count)]),
        parameters=rng.random((count, 13), dtype=np.float32),
        steps=np.arange(count) // 5,
        errors=np.where(rng.random(count) < 0.5, np.nan, rng.random(count)),
    )
    return Document(Size(96, 128), (12, 200, 7), strokes, {"seed": 7, "levels": [1, 2], "note": "für “Anna”"})


ONE = Stroke(
    type="bezier",
    patch=Patch(10.0, 20.0, 64.0),
    parameters=(0.0, 0.5, 0.5, 0.5, 1.0, 0.5, 0.0, 1.0, 0.25, 1.0, 1.0, 0.5, 0.0),
    step=3,
)


def test_a_document_reads_back_equal(tmp_path: Path) -> None:
    document = _painting(200)

    write_json(document, tmp_path / "a.json")

    assert read_json(tmp_path / "a.json") == document


def test_pixels_read_back_to_the_bit(tmp_path: Path) -> None:
    document = _painting(60, seed=1)
    write_json(document, tmp_path / "a.json")

    again = read_json(tmp_path / "a.json")

    np.testing.assert_array_equal(draw(again, Size(144, 192)), draw(document, Size(144, 192)))


def test_awkward_floats_read_back_to_the_bit(tmp_path: Path) -> None:
    awkward = np.array([0, -0.0, 1, 1e-45, 1.1754944e-38, 0.1, 1 / 3, np.nextafter(np.float32(1), 0)] + [0.5] * 5)
    strokes = Strokes.from_columns(
        types=np.zeros(1, np.uint8),
        patches=np.array([[0.1 + 0.2, -1 / 3, 1e-3]]),
        parameters=awkward.astype(np.float32)[None],
        steps=np.array([2**31 - 1]),
    )
    write_json(Document(Size(8, 8), strokes=strokes), tmp_path / "a.json")

    again = read_json(tmp_path / "a.json").strokes

    assert again.parameters.tobytes() == strokes.parameters.tobytes()
    assert again.patches.tobytes() == strokes.patches.tobytes()


def test_a_bare_sheet_reads_back(tmp_path: Path) -> None:
    write_json(Document(Size(3, 5)), tmp_path / "a.json")

    assert read_json(tmp_path / "a.json") == Document(Size(3, 5))


def test_a_stroke_says_all_that_another_program_needs(tmp_path: Path) -> None:
    write_json(Document(Size(96, 128), strokes=Strokes.of([ONE])), tmp_path / "a.json")

    content = orjson.loads((tmp_path / "a.json").read_bytes())

    assert content["strokes"] == [
        {
            "index": 0,
            "step": 3,
            "type": "bezier",
            "patch": [10.0, 20.0, 64.0],
            "parameters": list(ONE.parameters),
            "geometry": {"points": [[10.0, 52.0], [42.0, 52.0], [74.0, 52.0]], "radii": [0.25, 16.25]},
            "colour": "#ff8000",
            "opacity": [0.25, 1.0],
            "error": None,
        }
    ]
    assert content["sheet"] == {"height": 96, "width": 128, "background": "#000000"}
    assert list(content["brushes"]) == ["bezier"]


class _Dot(Bezier):
    name = "dot"
    parameters = ("row", "column", "opacity", "red", "green", "blue")  # type: ignore[assignment]
    size = 6

    def geometry(self, shape: Any, patches: Any) -> dict[str, Any]:
        return {"centre": patches[:, :2] + patches[:, 2:] * shape[:, :2]}


def test_types_mix_and_each_tells_its_own_geometry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brushes = (BEZIER, _Dot())
    for module in ("core.brushes", "core.stroke", "core.export.stroke_json"):
        monkeypatch.setattr(f"{module}.BRUSHES", brushes)
    dot = Stroke(type="dot", patch=Patch(10.0, 20.0, 64.0), parameters=(0.5, 1.0, 0.75, 0.0, 1.0, 0.0), step=4)
    document = Document(Size(96, 128), strokes=Strokes.of([ONE, dot, ONE, dot]))

    write_json(document, tmp_path / "a.json")

    assert read_json(tmp_path / "a.json") == document
    strokes = orjson.loads((tmp_path / "a.json").read_bytes())["strokes"]
    assert [stroke["type"] for stroke in strokes] == ["bezier", "dot", "bezier", "dot"]
    assert (strokes[3]["geometry"], strokes[3]["opacity"], strokes[3]["colour"]) == (
        {"centre": [42.0, 84.0]}, [0.75], "#00ff00",
    )  # fmt: skip


def test_ten_thousand_strokes_take_well_under_a_second_each_way(tmp_path: Path) -> None:
    document, start = _painting(10_000), time.perf_counter()

    write_json(document, tmp_path / "a.json")
    read_json(tmp_path / "a.json")

    assert time.perf_counter() - start < 2  # 0.3 s on two idle cores


def test_a_job_that_json_cannot_hold_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="job"):
        write_json(Document(Size(3, 5), job={"model": object()}), tmp_path / "a.json")

    assert list(tmp_path.iterdir()) == []


def _set(*keys: str | int) -> Callable[[Any, object], None]:
    def change(content: Any, value: object) -> None:
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "value", "problem"),
    [
        (_set("format"), "svg", "format"),
        (_set("format"), ["strokewise-strokes"], "format"),
        (_set("version"), 2, "made by a newer version: update Strokewise"),
        (_set("version"), 0, "version is 0"),
        (_set("version"), True, "version is true, must be a whole number"),
        (_set("version"), "1", 'version is "1", must be a whole number'),
        (_set("sheet"), None, "sheet is missing, must be an object"),
        (_set("sheet", "height"), 0, "sheet is 0 x 128"),
        (_set("sheet", "height"), 96.0, r"sheet\.height is 96\.0"),
        (_set("sheet", "width"), 65_536, "sheet is 96 x 65536"),
        (_set("sheet"), {"height": 40_000, "width": 40_000, "background": "#000000"}, "40000 x 40000"),
        (_set("sheet", "background"), "red", "a colour like #ff8000"),
        (_set("sheet", "background"), "#12 456", "a colour like #ff8000"),
        (_set("job"), [], "job is a list of 0, must be an object"),
        (_set("strokes"), {}, "strokes is an object of 0, must be a list"),
        (_set("strokes", 1), 7, r"strokes\[1\] is 7, must be an object"),
        (_set("strokes", 1, "type"), "spray", r'strokes\[1\]\.type is "spray", must be one of bezier'),
        (_set("strokes", 1, "type"), [], r"strokes\[1\]\.type is a list of 0"),
        (_set("strokes", 12, "parameters", 3), 1e308, r"strokes\[12\]\.parameters\[3\] is 1e\+308, must lie in 0\.\.1"),
        (_set("strokes", 0, "parameters", 12), -0.001, r"strokes\[0\]\.parameters\[12\] is -0\.001"),
        (_set("strokes", 2, "parameters", 0), None, r"strokes\[2\]\.parameters\[0\] is missing, must be a number"),
        (_set("strokes", 2, "parameters", 0), True, r"strokes\[2\]\.parameters\[0\] is true, must be a number"),
        (_set("strokes", 2, "parameters", 0), "0.5", r'strokes\[2\]\.parameters\[0\] is "0\.5", must be a number'),
        (_set("strokes", 2, "parameters"), [0.5] * 12, r"strokes\[2\]\.parameters is a list of 12"),
        (_set("strokes", 2, "parameters"), None, r"strokes\[2\]\.parameters is missing"),
        (_set("strokes", 4, "patch", 2), 0, r"strokes\[4\]\.patch\[2\] is 0, must lie in 1e-06\.\.1000000"),
        (_set("strokes", 4, "patch", 0), -1e300, r"strokes\[4\]\.patch\[0\] is -1e\+300"),
        (_set("strokes", 4, "patch"), [[0, 0, 1]], r"strokes\[4\]\.patch is a list of 1"),
        (_set("strokes", 5, "step"), -1, r"strokes\[5\]\.step is -1"),
        (_set("strokes", 5, "step"), 2**31, r"strokes\[5\]\.step is 2147483648"),
        (_set("strokes", 5, "step"), 1.5, r"strokes\[5\]\.step is 1\.5, must be a whole number"),
        (_set("strokes", 6, "error"), 1e308, r"strokes\[6\]\.error is 1e\+308"),
        (_set("strokes", 6, "error"), {}, r"strokes\[6\]\.error is an object of 0"),
    ],
)
def test_a_wrong_place_is_named(
    tmp_path: Path, change: Callable[[Any, object], None], value: object, problem: str
) -> None:
    path = tmp_path / "a.json"
    write_json(_painting(20), path)
    content = orjson.loads(path.read_bytes())
    change(content, value)
    path.write_bytes(orjson.dumps(content))

    with pytest.raises(StrokeFileError, match=problem):
        read_json(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n",
        b"\xff\xfe{}",
        b'{"format": NaN}',
        b"[1e999]",
        b"[" * 100_000,
        b'"\\ud800"',
        b'{"format": "strokewise-strokes", "version": 1, "she',
    ],
)
def test_what_is_not_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)

    with pytest.raises(StrokeFileError, match="not JSON"):
        read_json(path)


def test_depth_that_can_be_read_but_not_written_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"format": "strokewise-strokes", "version": ' + b"[" * 900 + b"]" * 900 + b"}")

    with pytest.raises(StrokeFileError, match="version is a list of 1, must be a whole number"):
        read_json(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StrokeFileError, match="no such file"):
        read_json(tmp_path / "a.json")
    with pytest.raises(StrokeFileError, match="folder"):
        read_json(tmp_path)


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.truncate(2**30 + 1)  # sparse: takes no room

    with pytest.raises(StrokeFileError, match="1 GiB"):
        read_json(path)


def test_too_many_strokes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(Document(Size(3, 5)), path)
    path.write_bytes(path.read_bytes().replace(b'"strokes": [', b'"strokes": [0' + b",null" * 2_000_000))

    with pytest.raises(StrokeFileError, match="2000001 strokes"):
        read_json(path)


SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "stroke-format.schema.json").read_text())


def problems(content: object) -> list[str]:
    """What the documented schema finds wrong, by place."""
    return [error.json_path for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(content)]


@pytest.mark.parametrize("count", [0, 50])
def test_what_is_written_is_what_the_documented_schema_says(count: int, tmp_path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    write_json(_painting(count), tmp_path / "a.json")

    assert problems(json.loads((tmp_path / "a.json").read_text())) == []


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("$.version", lambda file: file.update(version=2)),
        ("$.sheet.width", lambda file: file["sheet"].update(width=0)),
        ("$.sheet.background", lambda file: file["sheet"].update(background="red")),
        ("$.strokes[1].parameters", lambda file: file["strokes"][1]["parameters"].pop()),
        ("$.strokes[1].parameters[3]", lambda file: file["strokes"][1]["parameters"].__setitem__(3, 1.5)),
        ("$.strokes[0].patch[2]", lambda file: file["strokes"][0]["patch"].__setitem__(2, 0)),
        ("$.strokes[2].step", lambda file: file["strokes"][2].update(step=-1)),
        ("$.strokes[0].error", lambda file: file["strokes"][0].update(error="small")),
        ("$.strokes[1].muted", lambda file: file["strokes"][1].update(muted=1)),
        ("$.strokes[2].locked", lambda file: file["strokes"][2].update(locked=None)),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(
    place: str, change: Callable[[dict[str, Any]], object], tmp_path: Path
) -> None:
    write_json(_painting(3), tmp_path / "a.json")
    content = json.loads((tmp_path / "a.json").read_text())
    change(content)
    (tmp_path / "b.json").write_text(json.dumps(content))

    assert place in problems(content)
    with pytest.raises(StrokeFileError):
        read_json(tmp_path / "b.json")


def test_the_example_in_the_documents_is_drawn_as_it_says(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "stroke-format.md").read_text()
    example = json.loads(text.split("```json", 1)[1].split("```", 1)[0])
    (tmp_path / "a.json").write_text(json.dumps(example))

    document = read_json(tmp_path / "a.json")
    write_json(document, tmp_path / "b.json")

    assert problems(example) == []
    again = json.loads((tmp_path / "b.json").read_text())["strokes"][0]
    told = example["strokes"][0]
    np.testing.assert_allclose(again["geometry"]["points"], told["geometry"]["points"], atol=0.01)
    np.testing.assert_allclose(again["geometry"]["radii"], told["geometry"]["radii"], atol=0.01)
    assert again["colour"] == told["colour"]
