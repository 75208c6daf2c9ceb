"""Errors say what is wrong in one sentence, carry their data, and survive being sent between processes."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from core.errors import (
    CheckpointError,
    DeviceError,
    OutputError,
    PainterError,
    PictureError,
    SettingError,
    StrokeFileError,
)
from training.datasets import DataError


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PictureError(Path("a.jpg"), "it is cut short"), "Cannot open picture a.jpg: it is cut short."),
        (CheckpointError("a.pkl", "it holds code"), "Cannot use weights a.pkl: it holds code."),
        (StrokeFileError("a.json", "it is empty"), "Cannot read strokes from a.json: it is empty."),
        (OutputError("out", "the disk is full"), "Cannot write out: the disk is full."),
        (DataError("photos", "it is empty"), "Cannot train on photos: it is empty."),
        (DeviceError("cuda", "there is none"), "Cannot use device cuda: there is none."),
        (SettingError("divide", 0, "give 1 or more"), "Cannot use divide 0: give 1 or more."),
    ],
)
def test_an_error_is_one_sentence_before_and_after_pickling(error: PainterError, sentence: str) -> None:
    again = pickle.loads(pickle.dumps(error))

    assert str(error) == str(again) == sentence
    assert type(again) is type(error)
    assert vars(again) == vars(error)
