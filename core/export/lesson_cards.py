"""The cards of a lesson, laid out on pages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.export.lesson_layout import EDGE, LINE, SMALL, TOP, step_layout
from core.export.lesson_parts import (
    GRID_EDGE,
    HAIRLINE,
    INK,
    MUTED,
    PAPER,
    Brush,
    Swatch,
    SwatchLayout,
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

_ACROSS = 7
"""Colours beside each other below the title card's pictures."""

_GAP, _THUMBNAIL = 3.5, 44.0
"""Between small pictures on the title card, and their greatest height, millimetres."""

_NARROW = 8
"""Steps from which on their titles stand below their numbers on the title card."""

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
        self._title = title.strip() or words.lesson
        self._scale, self._squares, self._dpi = scale, squares, dpi
        self._edge = GRID_EDGE if squares else 0.0
        self._titles = words.titles(lesson)
        self._areas = marks_of(lesson.document.strokes).areas
        self._palette, self._colour_of = lesson_palette(lesson.document.strokes, colours)
        self._right, self._bottom = pages.size[0] - EDGE, pages.size[1] - EDGE

    # The title card

    def draw_title(self, photograph: NDArray[np.uint8] | None) -> None:
        """The first card: what comes of it, the colours and the steps."""
        page, words, lesson = self._pages, self._words, self._lesson
        page.text(EDGE, 24, wrapped(self._title, 26, self._right - EDGE, most=1, bold=True)[0], 26, INK, bold=True)
        summary = words.summary.format(
            chapters=len(lesson.chapters), strokes=f"{len(lesson.document.strokes):,}", colours=len(self._palette),
            paper=self._paper,
        )  # fmt: skip
        page.text(EDGE, 31.5, summary, 10.5, MUTED)
        gap = 7.0
        width = self._right - EDGE
        columns = 1 if photograph is None else 2
        steps, below = self._step_height(width), self._palette_height()
        most = Box(EDGE, 42, (width - gap * (columns - 1)) / columns, self._bottom - steps - 9 - 42)
        # As large as can be with the colours beside them, where there is room for those; else with the colours below.
        for height in np.linspace(most.height, most.height - below, 12).tolist():
            room = most._replace(height=height).fitted(lesson.document.size)
            left = EDGE + columns * (room.width + gap) + 3
            across = self._across(self._right - left, room.height)
            if across:
                break
        painting = self._drawn(room, len(lesson.document.strokes))
        shown = [(words.painting, painting)]
        if photograph is not None:
            shown.insert(0, (words.photo, resized(middle(photograph, lesson.document.size), self._pixels(room))))
        for index, (caption, pixels) in enumerate(shown):
            box = room._replace(left=room.left + index * (room.width + gap))
            heading(page, box.left, box.top - 2, caption)
            picture(page, box, pixels, 0)
        if across:
            self._draw_palette(Box(left, 40, self._right - left, room.height), across)
            below = 0
        else:
            self._draw_palette(Box(EDGE, room.bottom + 8, width, 0), _ACROSS)
        self._draw_steps(Box(EDGE, room.bottom + 9 + below, width, steps))
        self._end_page("")

    def _across(self, width: float, height: float) -> int:
        """How many columns the colours need in a room beside the pictures; 0 where they do not fit."""
        most, count = int(width // 40), len(self._palette) + 1
        rows = int((height - 3) // 9)
        return next((across for across in range(1, most + 1) if across * rows >= count), 0)

    def _palette_height(self) -> float:
        """Of the colours below the pictures."""
        return 10 + 9.5 * -(-(len(self._palette) + 1) // _ACROSS)

    def _draw_palette(self, box: Box, across: int) -> None:
        """All colours, in columns."""
        document = self._lesson.document
        shares = np.bincount(self._colour_of, self._areas, len(self._palette)) / max(float(self._areas.sum()), 1e-9)
        every = [Swatch(self._words.sheet, document.background, None)]
        every += [Swatch(_letter(index), rgb, float(shares[index])) for index, rgb in enumerate(self._palette)]
        row = 9.5
        if box.height:
            across = max(across, min(int(box.width // 40), -(-len(every) // 7)))
            row = min(10.5, (box.height + 1) / -(-len(every) // across))
            box = box._replace(width=across * min(48, box.width / across))
        heading(self._pages, box.left, box.top, self._words.colours)
        swatches(self._pages, box._replace(top=box.top + 2 + (not box.height)), every, SwatchLayout(across, row))

    def _thumbnail(self, width: float) -> Box:
        """The size of a chapter's picture on the title card, so that all of them stand beside each other."""
        columns = max(len(self._lesson.chapters), 5)
        return Box(0, 0, (width - _GAP * (columns - 1)) / columns, _THUMBNAIL).fitted(self._lesson.document.size)

    def _step_height(self, width: float) -> float:
        return 6 + self._thumbnail(width).height + 9 + (3.3 if len(self._lesson.chapters) > _NARROW else 0)

    def _draw_steps(self, box: Box) -> None:
        """What the painting looks like after each chapter, small."""
        page, lesson = self._pages, self._lesson
        heading(page, box.left, box.top + 3, self._words.steps)
        room = self._thumbnail(box.width)._replace(top=box.top + 6)
        pitch = (box.width + _GAP) / max(len(lesson.chapters), 5)
        canvases = moments(lesson.document, self._pixels(room), [chapter.last for chapter in lesson.chapters])
        for index, canvas in enumerate(canvases):
            place = room._replace(left=box.left + index * pitch)
            picture(page, place, to_bytes(canvas), 0)
            number = page.text(place.left, place.bottom + 4, f"{index + 1}", 8.5, INK, bold=True) + 1.5
            beside = len(lesson.chapters) <= _NARROW
            left, base = place.left + number * beside, place.bottom + 4 + 3.3 * (not beside)
            for line, text in enumerate(wrapped(self._titles[index], 7.5, place.left + pitch - _GAP - left, most=2)):
                page.text(left, base + 3.3 * line, text, 7.5, MUTED)

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
        used, advice = self._used(chapter), self._advice(strokes)
        where = step_layout(box, used, advice, words, sheet=lesson.document.size, page=page.size, edge=self._edge)
        hint = self._mark(box, chapter, strokes)
        if where.advice is None:
            hint, advice = f"{hint} {advice}".rstrip(), ""
        self._say(hint, Box(box.left, box.bottom, where.facts.left - 5 - box.left, 0), most=2)
        heading(page, where.after.left, where.after.top - self._edge - 2, words.after)
        picture(page, where.after, to_bytes(resized(shown.after, self._pixels(where.after))), self._squares)
        heading(page, where.facts.left, where.facts.top, words.colours)
        swatches(page, where.facts._replace(top=where.facts.top + 3, height=0), used, where.swatches)
        room = where.brushes
        heading(page, room.left, room.top - 2 - (self._edge if where.upright else 0), words.brushes)
        brushes(page, room, self._brushes(strokes), upright=where.upright)
        if where.advice is not None:
            self._say(advice, where.advice, most=4)
        self._end_page(words.step.format(number=index + 1, total=len(lesson.chapters)))
        return shown.after

    def bare(self) -> Canvas:
        """The canvas before the first step."""
        return bare_canvas(self._pixels(self._step_box()), self._lesson.document.background)

    def _step_box(self) -> Box:
        """Where a step's strokes are shown."""
        width = 0.6 * (self._right - EDGE)
        room = Box(EDGE + self._edge, TOP + 6 + self._edge, width, self._bottom - 10 - TOP - 6 - self._edge)
        return room.fitted(self._lesson.document.size)

    def _draw_header(self, index: int, share: float) -> None:
        page, words, lesson = self._pages, self._words, self._lesson
        chapter, total = lesson.chapters[index], len(lesson.chapters)
        page.rectangle(Box(EDGE, 14, 14, 14), fill=INK, radius=2.2)
        page.text(EDGE + 7, 24, f"{index + 1}", 24, PAPER, bold=True, align=0.5)
        title = wrapped(self._titles[index], 20, 0.6 * (self._right - EDGE), most=1, bold=True)[0]
        page.text(EDGE + 19, 20.5, title, 20, INK, bold=True)
        said = [words.strokes.format(count=f"{len(chapter):,}")]
        if total > 1:
            said.append(words.done.format(count=f"{chapter.last:,}", total=f"{len(lesson.document.strokes):,}"))
        said.append(words.covers.format(share=per_cent(share)))
        page.text(EDGE + 19, 27, " · ".join(said), 10, MUTED)
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

    def _mark(self, box: Box, chapter: Chapter, strokes: Strokes) -> str:
        """Draw over a chapter's strokes what is told of each, as far as there are few enough; returns what to say."""
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
                return words.numbered
        if self._squares:
            self._count(box, square_counts(strokes, sheet, self._squares))
        return words.counted if self._squares else words.counted_all

    def _say(self, text: str, box: Box, *, most: int) -> None:
        """Write some small lines from the top of a box on."""
        for line, part in enumerate(wrapped(text, SMALL, box.width, most=most)):
            self._pages.text(box.left, box.top + 4 + LINE * line, part, SMALL, MUTED)

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

    def _brushes(self, strokes: Strokes) -> list[Brush]:
        """As wide as a chapter's strokes are."""
        told = dict[str, Brush]()
        for width in np.quantile(brush_widths(strokes), [0.9, 0.5, 0.1]).tolist():
            size = self._words.brush.format(size=_length(width * self._scale))
            share = f"{100 * width / self._lesson.document.size.width:.1f} %"
            told.setdefault(size, Brush(width, size, share))
        return list(told.values())

    def _advice(self, strokes: Strokes) -> str:
        """How thin paint is to be; nothing where it covers."""
        marks = marks_of(strokes)
        opacity = float(np.median(np.maximum.reduceat(marks.opacity, marks.offsets[:-1])))
        return self._words.opacity.format(share=per_cent(opacity)) if opacity < _THIN else ""

    # What all cards have

    def _pixels(self, box: Box) -> Size:
        return Size(*(max(1, round(side / 25.4 * self._dpi)) for side in (box.height, box.width)))

    def _drawn(self, box: Box, count: int) -> NDArray[np.uint8]:
        return to_bytes(next(moments(self._lesson.document, self._pixels(box), [count])))

    def _end_page(self, right: str) -> None:
        page = self._pages
        base = page.size[1] - 8
        page.lines([np.array([(EDGE, base - 4), (self._right, base - 4)])], HAIRLINE, 0.2)
        page.text(EDGE, base, wrapped(self._title, 8, 200, most=1)[0], 8, MUTED)
        page.text(self._right, base, right, 8, MUTED, align=1)
        page.next()


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _length(millimetres: float) -> str:
    return f"{millimetres:.0f}" if millimetres >= 10 else f"{millimetres:.1f}"
