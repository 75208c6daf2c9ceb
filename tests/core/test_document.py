from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from core.document import BLACK, WHITE, Document
from core.geometry import Size
from core.stroke import Strokes

SIZE = Size(96, 128)


def test_a_new_document_is_a_bare_black_sheet() -> None:
    document = Document(SIZE)

    assert (document.background, len(document.strokes), dict(document.job)) == (BLACK, 0, {})


@pytest.mark.parametrize("size", [Size(0, 5), Size(5, 0), Size(-1, -1)])
def test_a_sheet_without_pixels_is_refused(size: Size) -> None:
    with pytest.raises(ValueError, match="at least 1 x 1"):
        Document(size)


def test_a_document_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Document(SIZE).background = WHITE  # type: ignore[misc]


def test_painting_replaces_the_document(random_strokes: Callable[..., Strokes]) -> None:
    first, second = random_strokes(5, 0, SIZE), random_strokes(3, 1, SIZE)
    blank = Document(SIZE, WHITE, job={"seed": 7})

    painted = blank.painted(first).painted(second)

    assert len(blank.strokes) == 0
    assert painted == Document(SIZE, WHITE, first.appended(second), {"seed": 7})


def test_a_cut_document_is_the_painting_as_it_was(random_strokes: Callable[..., Strokes]) -> None:
    whole = Document(SIZE, WHITE, random_strokes(9, 0, SIZE), {"seed": 7})

    early = whole.cut(4)

    assert early == Document(SIZE, WHITE, whole.strokes[:4], {"seed": 7})
    assert np.shares_memory(early.strokes.parameters, whole.strokes.parameters)
    assert whole.cut(9) == whole
    assert whole.cut(0) == Document(SIZE, WHITE, job={"seed": 7})


def test_documents_are_equal_by_value(random_strokes: Callable[..., Strokes]) -> None:
    document = Document(SIZE, WHITE, random_strokes(4, 0, SIZE))

    assert document == Document(Size(96, 128), (255, 255, 255), random_strokes(4, 0, SIZE))
    assert document != Document(SIZE, BLACK, document.strokes)
    assert document != Document(Size(96, 129), WHITE, document.strokes)
    assert document != Document(SIZE, WHITE, random_strokes(4, 1, SIZE))


def test_a_document_cut_before_its_last_job_began_is_of_the_one_before() -> None:
    strokes = Strokes.from_columns(
        types=np.zeros(200, np.uint8), patches=np.tile([0.0, 0.0, 8.0], (200, 1)),
        parameters=np.zeros((200, 13), np.float32), steps=np.arange(200),
    )  # fmt: skip
    before = [{"seed": 1, "painted": 50}, {"seed": 2, "painted": 100}]
    document = Document(Size(8, 8), (0, 0, 0), strokes, {"seed": 3, "before": before})
    assert document.cut(150).job == document.job
    assert document.cut(100).job == {"seed": 2, "before": before[:1]}
    assert document.cut(70).job == {"seed": 2, "before": before[:1]}
    assert document.cut(20).job == {"seed": 1}
    assert Document(Size(8, 8), job={"before": "damaged", "seed": 1}).cut(0).job == {"seed": 1}
