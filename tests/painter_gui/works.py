"""What tests of kept work keep."""

from __future__ import annotations

import numpy as np

from core.document import Document
from core.geometry import Size
from core.stroke import Strokes

ONE_STROKE = Document(
    Size(48, 64),
    strokes=Strokes.from_columns(
        types=np.zeros(1, np.uint8),
        patches=np.array([[0.0, 0.0, 64.0]]),
        parameters=np.full((1, 13), 0.5, np.float32),
        steps=np.zeros(1, np.int32),
    ),
)
