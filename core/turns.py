"""A square window turned and mirrored, and the strokes that answer to it turned back.

A network trained on pictures the right way up answers differently to the same window turned: its strokes for all the
eight ways are so many more proposals.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.brushes import Brush

_FLIP_COLUMNS, _FLIP_ROWS, _TRANSPOSE = 1, 2, 4


def turned(pictures: Tensor, way: int) -> Tensor:
    """Pictures [B, C, S, S] in one of the eight ways, 0 being as they are."""
    if way & _TRANSPOSE:
        pictures = pictures.transpose(-1, -2)
    flipped = [axis for bit, axis in ((_FLIP_ROWS, -2), (_FLIP_COLUMNS, -1)) if way & bit]
    return pictures.flip(flipped) if flipped else pictures


def turned_back(brush: Brush, strokes: Tensor, way: int) -> Tensor:
    """Strokes [..., P] in the unit frame of a picture turned that way, in that of the picture as it is."""
    if not way:
        return strokes
    columns = list(strokes.unbind(-1))
    for index, name in enumerate(brush.parameters):
        mirrored = way & (_FLIP_ROWS if name.startswith("row") else _FLIP_COLUMNS)
        if name in brush.places and mirrored:
            columns[index] = 1 - columns[index]
    if way & _TRANSPOSE:
        places = dict(zip(brush.parameters, columns, strict=True))
        for index, name in enumerate(brush.parameters):
            if name.startswith("row"):
                columns[index] = places[name.replace("row", "column")]
            elif name.startswith("column"):
                columns[index] = places[name.replace("column", "row")]
    return torch.stack(columns, dim=-1)
