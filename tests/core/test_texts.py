"""Whatever a file is called, or a person types, can be written down."""

from __future__ import annotations

from core.texts import one_line, unicode_of


def test_what_is_no_unicode_becomes_a_question_mark() -> None:
    assert unicode_of("caf\udce9 \ud800 é 画") == "caf? ? é 画"


def test_a_line_is_one_and_no_longer_than_asked() -> None:
    assert one_line(" a\n b\t\udcff ", 10) == "a b ?"
    assert one_line("abcd efgh", 5) == "abcd"  # no space is left at its end
    assert one_line("x" * 200, 80) == "x" * 80
