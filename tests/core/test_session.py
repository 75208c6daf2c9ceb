from __future__ import annotations

from collections.abc import Callable

import pytest

from core.document import WHITE, Document
from core.geometry import Size
from core.session import Session
from core.stroke import Strokes

BLANK = Document(Size(128, 128))


@pytest.fixture
def dabs(random_strokes: Callable[..., Strokes]) -> list[Strokes]:
    return [random_strokes(2, seed, BLANK.size) for seed in range(3)]


@pytest.fixture
def session() -> Session:
    return Session(BLANK)


def test_undo_restores_the_document_and_tells_listeners(session: Session, dabs: list[Strokes]) -> None:
    seen: list[Document] = []
    session.subscribe(seen.append)

    session.paint(dabs[0])
    session.undo()

    assert seen == [BLANK.painted(dabs[0]), BLANK]
    assert session.document == BLANK


def test_undo_and_redo_walk_every_step(session: Session, dabs: list[Strokes]) -> None:
    documents = [BLANK]
    for dab in dabs:
        session.paint(dab)
        documents.append(session.document)

    back = [session.document]
    while session.can_undo:
        session.undo()
        back.append(session.document)
    forth = [session.document]
    while session.can_redo:
        session.redo()
        forth.append(session.document)

    assert [len(document.strokes) for document in documents] == [0, 2, 4, 6]
    assert back[::-1] == forth == documents


def test_a_new_session_has_nothing_to_undo_or_redo(session: Session) -> None:
    assert (session.can_undo, session.can_redo) == (False, False)


@pytest.mark.parametrize("name", ["undo", "redo"])
def test_nothing_to_take_back_changes_and_tells_nothing(session: Session, name: str) -> None:
    seen: list[Document] = []
    session.subscribe(seen.append)

    getattr(session, name)()

    assert session.document is BLANK
    assert seen == []


def test_painting_after_an_undo_forgets_what_was_undone(session: Session, dabs: list[Strokes]) -> None:
    session.paint(dabs[0])
    session.undo()
    session.paint(dabs[1])

    session.redo()

    assert not session.can_redo
    assert session.document == BLANK.painted(dabs[1])


def test_strokes_of_one_step_are_undone_and_redone_together(session: Session, dabs: list[Strokes]) -> None:
    session.paint(dabs[0])
    session.paint(dabs[1])
    session.extend(dabs[2])
    whole = session.document

    session.undo()
    assert session.document == BLANK.painted(dabs[0])
    session.redo()

    assert session.document == whole == BLANK.painted(dabs[0]).painted(dabs[1]).painted(dabs[2])


def test_extending_tells_listeners(session: Session, dabs: list[Strokes]) -> None:
    seen: list[Document] = []
    session.subscribe(seen.append)

    session.paint(dabs[0])
    session.extend(dabs[1])

    assert [len(document.strokes) for document in seen] == [2, 4]


def test_replacing_the_document_is_a_step(session: Session, dabs: list[Strokes]) -> None:
    session.paint(dabs[0])
    other = Document(Size(10, 20), WHITE)

    session.replace(other)
    assert session.document is other
    session.undo()

    assert session.document == BLANK.painted(dabs[0])


def test_every_listener_hears_until_it_ends_its_subscription(session: Session, dabs: list[Strokes]) -> None:
    first: list[Document] = []
    second: list[Document] = []
    end = session.subscribe(first.append)
    session.subscribe(second.append)

    session.paint(dabs[0])
    end()
    session.paint(dabs[1])

    assert [len(document.strokes) for document in first] == [2]
    assert [len(document.strokes) for document in second] == [2, 4]


def test_a_listener_may_end_its_subscription_while_it_is_told(session: Session, dabs: list[Strokes]) -> None:
    once: list[Document] = []
    always: list[Document] = []

    def hear(document: Document) -> None:
        once.append(document)
        end()

    end = session.subscribe(hear)
    session.subscribe(always.append)

    session.paint(dabs[0])
    session.paint(dabs[1])

    assert (len(once), len(always)) == (1, 2)


def test_listeners_see_the_session_already_changed(session: Session, dabs: list[Strokes]) -> None:
    seen: list[tuple[bool, bool, bool]] = []
    session.subscribe(lambda document: seen.append((session.document is document, session.can_undo, session.can_redo)))

    session.paint(dabs[0])
    session.undo()

    assert seen == [(True, True, False), (True, False, True)]
