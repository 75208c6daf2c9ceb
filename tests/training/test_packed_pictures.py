"""The packed cache: it holds what was packed, and a damaged or hostile file is one clear error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from training.packed_pictures import load_packed, save_packed
from training.picture_bank import PictureBank
from training.picture_formats import DataError

HEADER = {"format": "strokewise-pictures", "version": "1"}


def bank(*sizes: tuple[int, int]) -> PictureBank:
    random = np.random.default_rng(0)
    return PictureBank.of(random.integers(0, 256, (*size, 3), np.uint8) for size in sizes)


def tensors() -> dict[str, torch.Tensor]:
    """Two pictures to train on of 2 x 3 and 1 x 2, one held out of 1 x 1."""
    return {
        "train.pixels": torch.arange(24, dtype=torch.uint8),
        "train.heights": torch.tensor([2, 1]),
        "train.widths": torch.tensor([3, 2]),
        "held_out.pixels": torch.zeros(3, dtype=torch.uint8),
        "held_out.heights": torch.tensor([1]),
        "held_out.widths": torch.tensor([1]),
    }


def test_both_splits_come_back_whole(tmp_path: Path) -> None:
    path, splits = tmp_path / "a.safetensors", (bank((4, 5), (7, 3)), bank((2, 2)))

    save_packed(path, *splits, short_side=160, sources=["a.zip"], skipped=1)

    for ours, theirs in zip(splits, load_packed(path), strict=True):
        assert torch.equal(ours.packed, theirs.packed)
        assert torch.equal(ours.heights, theirs.heights)
        assert torch.equal(ours.widths, theirs.widths)


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"

    save_packed(path, bank((4, 5)), bank((2, 2)), short_side=160, sources=["a.zip", "“b”"], skipped=3)

    with safe_open(path, framework="pt") as file:
        assert file.metadata() == {
            "format": "strokewise-pictures",
            "version": "1",
            "short_side": "160",
            "sources": '["a.zip", "\\u201cb\\u201d"]',
            "skipped": "3",
        }


def test_a_packed_cache_can_be_packed_again(tmp_path: Path) -> None:
    path, again = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    save_packed(path, bank((4, 5), (7, 3)), bank((2, 2)), short_side=160, sources=["a.zip"], skipped=0)

    save_packed(again, *load_packed(path), short_side=160, sources=[path.name], skipped=0)

    assert torch.equal(load_packed(again)[0].packed, load_packed(path)[0].packed)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("train.pixels", torch.zeros(24), "train.pixels should be one row of U8, and is F32"),
        ("train.pixels", torch.zeros(8, 3, dtype=torch.uint8), r"train.pixels .* of shape \[8, 3\]"),
        ("train.pixels", torch.zeros(23, dtype=torch.uint8), "train promises 24 bytes and holds 23"),
        ("train.heights", torch.tensor([2.0, 1.0]), "train.heights should be one row of I64, and is F32"),
        ("train.heights", torch.tensor([2]), "train has 1 heights and 2 widths"),
        ("train.heights", torch.tensor([-2, -1]), "a picture of train has a size that no picture has"),
        ("train.heights", torch.tensor([0, 1]), "a picture of train has a size"),
        ("train.heights", torch.tensor([2**62, 1]), "a picture of train has a size"),
        ("held_out.widths", torch.tensor([30]), "a picture of held_out has a size"),
        ("held_out.widths", torch.tensor([2]), "held_out promises 6 bytes and holds 3"),
    ],
)
def test_what_contradicts_itself_is_refused(name: str, value: torch.Tensor, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(tensors() | {name: value}, path, HEADER)

    with pytest.raises(DataError, match=problem) as caught:
        load_packed(path)

    assert str(caught.value).endswith("pack the pictures again.")


def test_sizes_whose_product_overflows_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    sides = torch.full((2,), 2**32)  # 2^64 pixels each, which is 0 where 64 bits overflow
    changed = {"train.pixels": torch.empty(0, dtype=torch.uint8), "train.heights": sides, "train.widths": sides.clone()}
    save_file(tensors() | changed, path, HEADER)

    with pytest.raises(DataError, match="a picture of train has a size"):
        load_packed(path)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (None, "holds no packed pictures"),
        ({"format": "strokewise", "version": "1"}, "holds no packed pictures"),
        ({"format": "strokewise-pictures", "version": "2"}, "of version 2, and this program reads 1"),
    ],
)
def test_another_program_s_file_is_refused(header: dict[str, str] | None, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(tensors(), path, header)

    with pytest.raises(DataError, match=problem):
        load_packed(path)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    path, part = tmp_path / "a.safetensors", tensors()
    del part["held_out.widths"]
    save_file(part, path, HEADER)

    with pytest.raises(DataError, match=r"held_out\.widths is missing"):
        load_packed(path)


@pytest.mark.parametrize("kept", [0, 7, 100, -1])
def test_a_file_cut_short_is_refused(kept: int, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(tensors(), path, HEADER)
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(DataError, match="no packed cache, or damaged"):
        load_packed(path)


def test_noise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    for seed in range(20):
        path.write_bytes(np.random.default_rng(seed).bytes(500))
        with pytest.raises(DataError, match="no packed cache, or damaged"):
            load_packed(path)
