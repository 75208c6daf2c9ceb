"""Texts from outside, such as files' names, made fit to be written anywhere."""

from __future__ import annotations


def unicode_of(text: str) -> str:
    """The same with a question mark for what is no Unicode: files' names and a terminal's words need not be any."""
    return text.encode(errors="replace").decode()


def one_line(text: str, longest: int) -> str:
    """The same in one line of at most so many characters, without spaces at its ends, as of `unicode_of`."""
    return " ".join(unicode_of(text).split())[:longest].rstrip()
