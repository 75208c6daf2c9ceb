"""Work away from the window's thread, and its results back in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from core.errors import PainterError
from painter_gui.background import Background


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    background = Background("test")
    yield background
    background.close()
    background.deleteLater()


def test_work_runs_elsewhere_in_its_order_and_results_come_back_here(
    background: Background, until: Callable[[Callable[[], bool]], None]
) -> None:
    ran: list[tuple[int, int]] = []
    told: list[tuple[int, int]] = []

    def work(number: int) -> int:
        ran.append((number, threading.get_ident()))
        return number * number

    for number in range(5):
        background.submit(lambda number=number: work(number), lambda r: told.append((r, threading.get_ident())))
    assert background.busy
    until(lambda: len(told) == 5)

    assert [result for result, _ in told] == [0, 1, 4, 9, 16]
    assert {thread for _, thread in told} == {threading.get_ident()}
    assert [number for number, _ in ran] == [0, 1, 2, 3, 4]
    assert threading.get_ident() not in {thread for _, thread in ran}
    assert not background.busy


def test_errors_come_back_and_the_thread_goes_on(
    background: Background, until: Callable[[Callable[[], bool]], None], caplog: pytest.LogCaptureFixture
) -> None:
    errors: list[PainterError] = []
    done: list[str] = []

    def failing(error: BaseException) -> Callable[[], None]:
        def work() -> None:
            raise error

        return work

    expected = PainterError("as planned")
    background.submit(failing(expected), done.append, errors.append)
    background.submit(failing(MemoryError()), done.append, errors.append)
    background.submit(failing(KeyError("bug")), done.append, errors.append)
    background.submit(lambda: "fine", done.append, errors.append)
    until(lambda: done == ["fine"])

    assert errors[0] is expected
    assert "too little memory" in str(errors[1])
    assert str(errors[2]) == "KeyError: 'bug'"
    assert "KeyError: 'bug'" in caplog.text


def test_after_closing_nothing_is_told(qapp: QApplication) -> None:
    background, told = Background("test"), []
    background.submit(lambda: 1, told.append)
    background.close()
    qapp.processEvents()
    assert told == []
    background.deleteLater()
