"""How far a long job is, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tqdm import tqdm

Bars = Callable[[str, str], AbstractContextManager[Callable[..., None]]]
"""Shows how far something is: of what it is called and what is counted makes a bar, as `progress_bar` does."""


@contextmanager
def progress_bar(what: str, unit: str) -> Iterator[Callable[..., None]]:
    """A bar with time left, to be called with (done, total, note); none where nobody watches, as in a log."""
    # By default a step smaller than those before it, as the last one often is, would not be shown.
    with tqdm(desc=what, unit=unit, total=1, miniters=1, dynamic_ncols=True, leave=False, disable=None) as bar:

        def show(done: int, total: int, note: str = "") -> None:
            bar.total = total
            bar.set_postfix_str(note, refresh=False)
            bar.update(done - bar.n)

        yield show


@contextmanager
def no_bar(_what: str, _unit: str) -> Iterator[Callable[..., None]]:
    """What to show to nobody."""
    yield lambda *_: None
