"""Branches: paintings of the same photo that are kept beside the one at hand, to compare with and to go back to.

Immutable, as documents are: whoever lets the artist go back keeps whole `Branches`. A branch's strokes share their
memory with those of the painting that it parted from, so that keeping one costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.document import Document
from core.texts import one_line

MOST = 32
"""Branches at once."""

MOST_AUTOMATIC = 8
"""Of them those that nobody asked for: the oldest make room for new ones."""

MOST_STROKES = 1_000_000
"""Of all branches together when one is kept, so that files of them can be written and read."""

MOST_LETTERS = 80
"""Of a name."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a painting is called among its branches."""

    number: int = 0
    """Names it where `name` does not; 0: it has never been a branch."""
    name: str = ""
    """Given by the artist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A painting that is kept."""

    label: Label
    document: Document
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What it was painted with, as plain JSON values; whoever reads them checks them."""
    automatic: bool = False
    """It was kept because it made room, not because the artist said so: it may go again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """All branches, and what the painting at hand is called."""

    all: tuple[Branch, ...] = ()
    """The oldest first."""
    label: Label = field(default_factory=Label)
    """Of the painting at hand, where it was a branch before."""

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Branch]:
        return iter(self.all)

    def __getitem__(self, index: int) -> Branch:
        return self.all[index]

    def index(self, document: Document) -> int | None:
        """Which branch is that very document; None where none is."""
        return next((index for index, branch in enumerate(self.all) if branch.document is document), None)

    def kept(self, document: Document, settings: Mapping[str, Any], *, automatic: bool = False) -> Branches:
        """With the painting at hand as a branch, under its own name where it has one.

        Nothing is kept twice: of what the artist wants to keep and is kept already, it is noted that it was wanted.

        Args:
            document: The painting at hand.
            settings: What it was painted with.
            automatic: Keep it only where no branch begins with all of it.

        Returns:
            These branches themselves where it is bare, kept already, or there is no room for it.
        """
        if not len(document.strokes):
            return self
        if automatic:
            if any(_begins_with(branch.document, document) for branch in self.all):
                return self
        else:
            for index, branch in enumerate(self.all):
                if _is_same(branch.document, document):
                    return self._with(index, replace(branch, automatic=False)) if branch.automatic else self
        label = self.label if self.label.number else Label(self._next_number())
        branch = Branch(label=label, document=document, settings=settings, automatic=automatic)
        room = self._with_room_for(branch)
        return self if room is None else Branches(all=(*room, branch))

    def has_room(self, document: Document) -> bool:
        """Whether a painting would be kept, were it asked for."""
        return self._with_room_for(Branch(label=Label(), document=document)) is not None

    def dropped(self, index: int) -> Branches:
        """Without a branch."""
        return replace(self, all=self.all[:index] + self.all[index + 1 :])

    def renamed(self, index: int, name: str) -> Branches:
        """With another name for a branch, which then stays; an empty one: its number names it again."""
        branch = self.all[index]
        label = Label(branch.label.number, one_line(name, MOST_LETTERS))
        return self if label == branch.label else self._with(index, replace(branch, label=label, automatic=False))

    def taken(self, index: int, document: Document, settings: Mapping[str, Any]) -> tuple[Branch, Branches]:
        """A branch to be the painting at hand, whose place the one at hand takes unless it is bare or kept already.

        Args:
            index: The branch's.
            document: The painting at hand.
            settings: What it was painted with.

        Returns:
            What is to be at hand, and the branches then.
        """
        branch = self.all[index]
        others = (*self.all[:index], *self.all[index + 1 :])
        known = not len(document.strokes) or any(_is_same(each.document, document) for each in others)
        label = self.label if self.label.number else Label(self._next_number())
        left = () if known else (Branch(label=label, document=document, settings=settings),)
        return branch, Branches(all=(*self.all[:index], *left, *self.all[index + 1 :]), label=branch.label)

    def tidied(self, document: Document) -> Branches:
        """Without those that nobody asked for and that the painting at hand has come to hold: it begins with them."""
        kept = tuple(
            branch for branch in self.all if not (branch.automatic and _begins_with(document, branch.document))
        )
        return self if len(kept) == len(self.all) else replace(self, all=kept)

    def _next_number(self) -> int:
        return 1 + max([self.label.number, *(branch.label.number for branch in self.all)])

    def _with(self, index: int, branch: Branch) -> Branches:
        return replace(self, all=(*self.all[:index], branch, *self.all[index + 1 :]))

    def _with_room_for(self, branch: Branch) -> tuple[Branch, ...] | None:
        """These but for the oldest automatic ones that have to go; None where that would not do."""
        kept = list(self.all)
        while True:
            automatic = [each for each in kept if each.automatic]
            if (
                len(kept) < MOST
                and len(automatic) + branch.automatic <= MOST_AUTOMATIC
                and sum(len(each.document.strokes) for each in [*kept, branch]) <= MOST_STROKES
            ):
                return tuple(kept)
            if not automatic:
                return None
            kept = [each for each in kept if each is not automatic[0]]


def _begins_with(longer: Document, shorter: Document) -> bool:
    """Whether a painting was at one of its moments another one."""
    count = len(shorter.strokes)
    return (
        longer.background == shorter.background
        and len(longer.strokes) >= count
        and longer.strokes.shared(shorter.strokes) == count
    )


def _is_same(one: Document, other: Document) -> bool:
    return len(one.strokes) == len(other.strokes) and _begins_with(one, other)


def described(branches: Branches) -> dict[str, Any]:
    """What branches are called, as plain JSON values; `branches_of` reads them."""
    each = [_said(branch.label) | ({"automatic": True} if branch.automatic else {}) for branch in branches]
    return _said(branches.label) | {"kept": each}


def _said(label: Label) -> dict[str, Any]:
    return {"number": label.number, "name": label.name}


def branches_of(value: object, contents: Sequence[tuple[Document, Mapping[str, Any]]]) -> Branches:
    """Branches from what `described` gave, nothing in it trusted.

    Args:
        value: As a file says.
        contents: Of each branch the document and the settings, in their order.

    Raises:
        ValueError: If it is not such a description, or of another number of branches.
    """
    each = kept_in(value)
    if len(each) != len(contents):
        raise ValueError(f"of {len(each)} branches {len(contents)} are there")
    found = [
        Branch(label=_label(words), document=document, settings=settings, automatic=words.get("automatic") is True)
        for words, (document, settings) in zip(each, contents, strict=True)
    ]
    return Branches(all=tuple(found), label=_label(value))


def kept_in(value: object) -> list[dict[str, Any]]:
    """What a description says of each branch.

    Raises:
        ValueError: If it is none, or of more branches than there can be.
    """
    each = value.get("kept") if isinstance(value, dict) else None
    if not isinstance(each, list) or not all(isinstance(words, dict) for words in each):
        raise ValueError("branches are a list of objects")
    if len(each) > MOST:
        raise ValueError(f"there are {len(each)} branches, more than {MOST}")
    return each


def _label(words: object) -> Label:
    number, name = (words.get("number"), words.get("name")) if isinstance(words, dict) else (None, None)
    if type(number) is not int or not 0 <= number < 2**31 or not isinstance(name, str):
        raise ValueError("a branch has a number and a name")
    return Label(number, one_line(name, MOST_LETTERS))
