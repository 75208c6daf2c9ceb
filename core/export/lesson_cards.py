"""The cards of a lesson, laid out on pages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.export.lesson_parts import (
    GRID_EDGE,
    HAIRLINE,
    INK,
    MUTED,
    PAPER,
    Swatch,
    brushes,
    heading,
    number_list,
    per_cent,
    picture,
    swatches,
)
from core.export.lesson_pictures import (
    Outlines,
    brush_widths,
    chapter_pictures,
    label_places,
    lesson_palette,
    outlines,
    square_counts,
)
from core.export.lesson_words import LessonWords
from core.export.pdf_page import MM, Box, PdfPages, text_width, wrapped
from core.geometry import Size
from core.lesson import Chapter, Lesson
from core.rasteriser.fast import Canvas, bare_canvas, to_bytes
from core.rasteriser.marks import marks_of
from core.resampling import middle, resized
from core.stroke import Strokes
from core.timeline import moments

NUMBERED = 80
"""Strokes of a card up to which each has its number."""

_OUTLINED = 400
"""Strokes of a card up to which each has an outline; beyond, only how many there are is told."""

_EDGE = 14.0
"""Left free around a page, millimetres."""

_TOP = 37.0
"""Where a step card's pictures begin, millimetres."""

_FACTS = 50.0
"""Least width of what stands beside two pictures, millimetres."""

_BRUSHES = 27.0
"""Height of the part with the brushes, millimetres."""

_THIN = 0.9
"""Opacity below which a card says that paint is to be thin."""


class Cards:
    """Draws a lesson's cards, each on a page of its own, in their order."""

    def __init__(
        self, pages: PdfPages, lesson: Lesson, *, words: LessonWords, title: str, paper: str, scale: float,
        colours: int, squares: int, dpi: float,
    ) -> None:  # fmt: skip
        """Prepares what all of them show.

        Args:
            pages: What to draw on.
            lesson: What they teach.
            words: What they say.
            title: Of the lesson.
            paper: What the painting is painted on, in words.
            scale: Millimetres there per sheet pixel.
            colours: At most so many are to be mixed.
            squares: Of the grid along each side; 0 for none.
            dpi: Pixels an inch of the pictures.
        """
        self._pages, self._lesson, self._words, self._paper = pages, lesson, words, paper
        self._title = title or words.lesson
        self._scale, self._squares, self._dpi = scale, squares, dpi
        self._edge = GRID_EDGE if squares else 0.0
        self._titles = words.titles(lesson)
        self._areas = marks_of(lesson.document.strokes).areas
        self._palette, self._colour_of = lesson_palette(lesson.document.strokes, colours)
        self._right, self._bottom = pages.size[0] - _EDGE, pages.size[1] - _EDGE

    # The title card

    def draw_title(self, photograph: NDArray[np.uint8] | None) -> None:
        """The first card: what comes of it, the colours and the steps."""
        page, words, lesson = self._pages, self._words, self._lesson
        page.text(_EDGE, 24, wrapped(self._title, 26, self._right - _EDGE, most=1)[0], 26, INK, bold=True)
        summary = words.summary.format(
            chapters=len(lesson.chapters), strokes=f"{len(lesson.document.strokes):,}", colours=len(self._palette),
            paper=self._paper,
        )  # fmt: skip
        page.text(_EDGE, 31.5, summary, 10.5, MUTED)
        gap = 7.0
        width = self._right - _EDGE
        columns = 1 if photograph is None else 2
        room = Box(_EDGE, 42, (width - gap * (columns - 1)) / columns, 78).fitted(lesson.document.size)
        painting = self._drawn(room, len(lesson.document.strokes))
        shown = [(words.painting, painting)]
        if photograph is not None:
            shown.insert(0, (words.photo, resized(middle(photograph, lesson.document.size), self._pixels(room))))
        for index, (caption, pixels) in enumerate(shown):
            box = room._replace(left=room.left + index * (room.width + gap))
            heading(page, box.left, box.top - 2, caption)
            picture(page, box, pixels, 0)
        beside = Box(_EDGE + columns * (room.width + gap) + 3, 40, 0, 76)
        top = self._draw_palette(beside._replace(width=self._right - beside.left), 126)
        self._draw_steps(Box(_EDGE, top, width, self._bottom - top))
        self._end_page("")

    def _draw_palette(self, beside: Box, below: float) -> float:
        """All colours, beside the pictures where there is room, else below; returns where the rest begins."""
        document = self._lesson.document
        shares = np.bincount(self._colour_of, self._areas, len(self._palette)) / max(float(self._areas.sum()), 1e-9)
        every = [Swatch(self._words.sheet, document.background, None)]
        every += [Swatch(_letter(index), rgb, float(shares[index])) for index, rgb in enumerate(self._palette)]
        across = int(beside.width // 38)
        if across and -(-len(every) // across) * 8.5 <= beside.height - 4:
            across = min(across, max(2, -(-len(every) // 8)))
            row = min(10.5, (beside.height - 4) / -(-len(every) // across))
            heading(self._pages, beside.left, beside.top, self._words.colours)
            swatches(self._pages, Box(beside.left, beside.top + 4, across * 42, 0), every, across, row)
            return below
        heading(self._pages, _EDGE, below + 2, self._words.colours)
        across = 7 if len(every) <= 14 else 9
        swatches(self._pages, Box(_EDGE, below + 5.5, self._right - _EDGE, 0), every, across, 9.5)
        return below + 8 + 9.5 * -(-len(every) // across)

    def _draw_steps(self, box: Box) -> None:
        """What the painting looks like after each chapter, small."""
        page, lesson = self._pages, self._lesson
        heading(page, box.left, box.top + 3, self._words.steps)
        count = len(lesson.chapters)
        gap = 4.0
        width = (box.width - gap * (max(count, 5) - 1)) / max(count, 5)
        room = Box(box.left, box.top + 6, width, max(12.0, box.height - 6 - 9)).fitted(lesson.document.size)
        canvases = moments(lesson.document, self._pixels(room), [chapter.last for chapter in lesson.chapters])
        for index, canvas in enumerate(canvases):
            place = room._replace(left=box.left + index * (width + gap))
            picture(page, place, to_bytes(canvas), 0)
            number = page.text(place.left, place.bottom + 4, f"{index + 1}", 8.5, INK, bold=True)
            lines = wrapped(self._titles[index], 7.5, width - number - 1.5, most=2)
            for line, text in enumerate(lines):
                page.text(place.left + number + 1.5, place.bottom + 4 + 3.3 * line, text, 7.5, MUTED)

    # The cards of the steps

    def draw_step(self, index: int, before: Canvas) -> Canvas:
        """The card of one chapter; `before` is the canvas before it, of `step_size`. Returns the one after it."""
        lesson, words, page = self._lesson, self._words, self._pages
        chapter = lesson.chapters[index]
        strokes = lesson.strokes(chapter)
        shown = chapter_pictures(lesson.document, before, strokes)
        self._draw_header(index, shown.share)
        box = self._step_box()
        heading(page, box.left, box.top - self._edge - 2, words.these)
        picture(page, box, to_bytes(shown.strokes), self._squares)
        self._mark(box, chapter, strokes)
        left, right = box.right + 9, self._right
        below = self._bottom - 5 - (box.bottom + 6) >= _BRUSHES
        used = self._used(chapter)
        if right - left >= box.width + self._edge + 9 + _FACTS:
            after = box._replace(left=left + self._edge)
            facts = Box(after.right + 9, _TOP, right - after.right - 9, self._bottom - 4 - _TOP)
            columns, row = 1, min(10.5, (facts.height - 6 - _BRUSHES - 4) / len(used))
        else:
            columns = 2 if len(used) <= 14 else 3
            rows = -(-len(used) // columns)
            row = 10.0 if rows <= 6 else 8.6
            height = 7 + rows * row + (0 if below else _BRUSHES)
            most = self._bottom - 5 - height - 6 - box.top
            after = Box(left + self._edge, box.top, right - left - self._edge, max(30.0, most))
            after = after.fitted(lesson.document.size)
            facts = Box(left, after.bottom + 8, right - left, height)
        heading(page, after.left, after.top - self._edge - 2, words.after)
        picture(page, after, to_bytes(resized(shown.after, self._pixels(after))), self._squares)
        heading(page, facts.left, facts.top + 2, words.colours)
        swatches(page, Box(facts.left, facts.top + 5.5, facts.width, 0), used, columns, row)
        if below:
            self._draw_brushes(box.left, box.bottom + 11, box.width, strokes)
        else:
            rows = -(-len(used) // columns)
            self._draw_brushes(facts.left, facts.top + 7 + rows * row + 4, facts.width, strokes)
        self._end_page(words.step.format(number=index + 1, total=len(lesson.chapters)))
        return shown.after

    def bare(self) -> Canvas:
        """The canvas before the first step."""
        return bare_canvas(self._pixels(self._step_box()), self._lesson.document.background)

    def _step_box(self) -> Box:
        """Where a step's strokes are shown."""
        width = 0.6 * (self._right - _EDGE)
        room = Box(_EDGE + self._edge, _TOP + 6 + self._edge, width, self._bottom - 10 - _TOP - 6 - self._edge)
        return room.fitted(self._lesson.document.size)

    def _draw_header(self, index: int, share: float) -> None:
        page, words, lesson = self._pages, self._words, self._lesson
        chapter, total = lesson.chapters[index], len(lesson.chapters)
        page.rectangle(Box(_EDGE, 14, 14, 14), fill=INK, radius=2.2)
        page.text(_EDGE + 7, 24, f"{index + 1}", 24, PAPER, bold=True, align=0.5)
        title = wrapped(self._titles[index], 20, 0.6 * (self._right - _EDGE), most=1)[0]
        page.text(_EDGE + 19, 20.5, title, 20, INK, bold=True)
        said = [words.strokes.format(count=f"{len(chapter):,}")]
        if total > 1:
            said.append(words.done.format(count=f"{chapter.last:,}", total=f"{len(lesson.document.strokes):,}"))
        said.append(words.covers.format(share=per_cent(share)))
        page.text(_EDGE + 19, 27, " · ".join(said), 10, MUTED)
        if index == 0:
            page.rectangle(Box(self._right - 6, 22.5, 6, 6), fill=lesson.document.background, line=HAIRLINE, radius=1)
            page.text(self._right - 8, 26.7, words.prime, 9, INK, align=1)
        for step in range(total):  # how far it is
            place = Box(self._right - (total - step) * 8 + 1, 15, 7, 1.6)
            page.rectangle(place, fill=INK if step <= index else HAIRLINE, radius=0.8)

    def _used(self, chapter: Chapter) -> list[Swatch]:
        """The colours of a chapter, of which there is most first."""
        which = self._colour_of[chapter.first : chapter.last]
        areas = np.bincount(which, self._areas[chapter.first : chapter.last], len(self._palette))
        counts = np.bincount(which, minlength=len(self._palette))
        some = []
        for index in np.argsort(-areas, kind="stable").tolist():
            if not counts[index]:
                continue
            if len(chapter) <= NUMBERED:
                note = number_list((np.flatnonzero(which == index) + 1).tolist())
            else:
                note = self._words.strokes.format(count=f"{counts[index]:,}")
            share = float(areas[index] / max(areas.sum(), 1e-9))
            some.append(Swatch(_letter(index), self._palette[index], share, note))
        return some

    def _mark(self, box: Box, chapter: Chapter, strokes: Strokes) -> None:
        """Draw over a chapter's strokes what is told of each, as far as there are few enough."""
        page, words, sheet = self._pages, self._words, self._lesson.document.size
        scale = box.width / sheet.width
        if len(strokes) <= _OUTLINED:
            found = outlines(strokes, 0.05 / scale)
            lines = [line * scale + [box.left, box.top] for line in found.lines]
            with page.clipped(box):
                page.lines(lines, PAPER, 0.4, opacity=0.6)
                page.lines(lines, INK, 0.16)
            if len(strokes) <= NUMBERED:
                self._number(box, found, scale)
                self._hint(box, words.numbered)
                return
        if self._squares:
            self._count(box, square_counts(strokes, sheet, self._squares))
        self._hint(box, words.counted if self._squares else words.counted_all)

    def _hint(self, box: Box, text: str) -> None:
        self._pages.text(box.left, box.bottom + 4, text, 8, MUTED)

    def _number(self, box: Box, found: Outlines, scale: float) -> None:
        names = [f"{index + 1}" for index in range(len(found.lines))]
        points = 7.5 if len(names) <= 40 else 6.5
        sizes = [
            ((text_width(name, points, bold=True) + 0.6) / scale, (0.8 * points / MM + 0.3) / scale) for name in names
        ]
        places = label_places(found, self._lesson.document.size, sizes)
        for name, (x, y) in zip(names, places.tolist(), strict=True):
            base = box.top + y * scale + 0.36 * points / MM
            self._pages.haloed(box.left + x * scale, base, name, points, INK, PAPER)

    def _count(self, box: Box, counts: NDArray[np.intp]) -> None:
        squares = len(counts)
        for row in range(squares):
            for column in range(squares):
                if not counts[row, column]:
                    continue
                text = f"{counts[row, column]}"
                width = text_width(text, 8, bold=True) + 2.4
                place = Box(
                    box.left + column / squares * box.width + 0.8,
                    box.top + row / squares * box.height + 0.8,
                    width,
                    4.2,
                )
                self._pages.rectangle(place, fill=PAPER, line=HAIRLINE, radius=1)
                self._pages.text(place.left + width / 2, place.top + 3.1, text, 8, INK, bold=True, align=0.5)

    def _draw_brushes(self, left: float, top: float, room: float, strokes: Strokes) -> None:
        page, words = self._pages, self._words
        widths = brush_widths(strokes)
        heading(page, left, top, words.brushes)
        told: dict[str, tuple[float, str, str]] = {}
        for width in np.quantile(widths, [0.9, 0.5, 0.1]).tolist():
            size = words.brush.format(size=_length(width * self._scale))
            told.setdefault(size, (width, size, f"{100 * width / self._lesson.document.size.width:.1f} %"))
        brushes(page, left, top + 2.5, list(told.values()))
        opacity = float(np.median(np.maximum.reduceat(*_opacities(strokes))))
        if opacity < _THIN:
            beside = left + 21 * len(told) + 3
            said = words.opacity.format(share=per_cent(opacity))
            for line, text in enumerate(wrapped(said, 8, left + room - beside, most=4)):
                page.text(beside, top + 7 + 3.6 * line, text, 8, MUTED)

    # What all cards have

    def _pixels(self, box: Box) -> Size:
        return Size(*(max(1, round(side / 25.4 * self._dpi)) for side in (box.height, box.width)))

    def _drawn(self, box: Box, count: int) -> NDArray[np.uint8]:
        return to_bytes(next(moments(self._lesson.document, self._pixels(box), [count])))

    def _end_page(self, right: str) -> None:
        page = self._pages
        base = page.size[1] - 8
        page.lines([np.array([(_EDGE, base - 4), (self._right, base - 4)])], HAIRLINE, 0.2)
        page.text(_EDGE, base, wrapped(self._title, 8, 200, most=1)[0], 8, MUTED)
        page.text(self._right, base, right, 8, MUTED, align=1)
        page.next()


def _opacities(strokes: Strokes) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    marks = marks_of(strokes)
    return marks.opacity, marks.offsets[:-1]


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _length(millimetres: float) -> str:
    return f"{millimetres:.0f}" if millimetres >= 10 else f"{millimetres:.1f}"
