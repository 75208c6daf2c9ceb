from __future__ import annotations

from collections.abc import Callable

import pytest

from core.document import Document
from core.geometry import Size
from core.session import Session
from core.stroke import Strokes

BLANK = Document(Size(128, 128))


@pytest.fixture
def versions(random_strokes: Callable[..., Strokes]) -> list[Document]:
    documents = [BLANK]
    for seed in range(2):
        documents.append(documents[-1].painted(random_strokes(2, seed, BLANK.size)))
    return documents


@pytest.fixture
def session() -> Session:
    return Session(BLANK)


def test_listeners_are_told_of_each_document_when_it_is_the_current_one(
    session: Session, versions: list[Document]
) -> None:
    seen: list[tuple[Document, bool]] = []
    session.subscribe(lambda document: seen.append((document, session.document is document)))

    for document in (versions[2], versions[0], versions[1]):
        session.show(document)

    assert seen == [(versions[2], True), (versions[0], True), (versions[1], True)]


def test_showing_the_current_document_tells_nobody(session: Session) -> None:
    seen: list[Document] = []
    session.subscribe(seen.append)

    session.show(BLANK)

    assert seen == []


def test_every_listener_hears_until_it_ends_its_subscription(session: Session, versions: list[Document]) -> None:
    first: list[Document] = []
    second: list[Document] = []
    end = session.subscribe(first.append)
    session.subscribe(second.append)

    session.show(versions[1])
    end()
    session.show(versions[2])

    assert (first, second) == ([versions[1]], [versions[1], versions[2]])


def test_a_listener_may_end_its_subscription_while_it_is_told(session: Session, versions: list[Document]) -> None:
    once: list[Document] = []
    always: list[Document] = []

    def hear(document: Document) -> None:
        once.append(document)
        end()

    end = session.subscribe(hear)
    session.subscribe(always.append)

    session.show(versions[1])
    session.show(versions[2])

    assert (len(once), len(always)) == (1, 2)
