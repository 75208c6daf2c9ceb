"""Pictures of many sizes in one tensor, and square crops of them, cut on the device that holds them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.geometry import Size
from core.resampling import middle, resized
from training.picture_formats import Pixels

_MAX_GATHERED = 1 << 24
"""Source pixels that are gathered at a time; some 400 MB while they are averaged."""


class Crops(NamedTuple):
    """Squares of pictures, perhaps flipped: tensors [B] on the CPU.

    Attributes:
        picture: int64, index into the bank.
        top: float32, upper edge in pixels of the picture.
        left: float32, left edge, likewise.
        side: float32, likewise.
        flipped: bool, whether left and right change places.
    """

    picture: Tensor
    top: Tensor
    left: Tensor
    side: Tensor
    flipped: Tensor

    def part(self, row: Tensor, column: Tensor, share: Tensor) -> Crops:
        """The square of `share` of each one's side whose corner lies at unit (row, column) of it, as seen.

        Args:
            row: [B] in 0..1, down from the upper edge.
            column: [B] in 0..1, from the left edge of what is seen, so from the picture's right where it is flipped.
            share: [B] in 0..1.
        """
        column = torch.where(self.flipped, 1 - column - share, column)
        return Crops(
            self.picture, self.top + row * self.side, self.left + column * self.side, self.side * share, self.flipped
        )


class PictureBank:
    """Pictures packed one behind the other in one tensor.

    Attributes:
        packed: [T, 3] uint8, RGB, on the bank's device: each picture's rows, one picture after the other.
        heights: [N] int64 on the CPU, pixels.
        widths: [N] int64 on the CPU, pixels.
        offsets: [N] int64 on the CPU: where in `packed` each picture begins.

    Sizes: N pictures, T pixels of them all.
    """

    def __init__(self, pixels: Tensor, heights: Tensor, widths: Tensor) -> None:
        """Wrap what is packed already, without a copy.

        Args:
            pixels: uint8, any shape: all pictures' RGB bytes.
            heights: [N] int64, CPU.
            widths: [N] int64, CPU.

        Raises:
            ValueError: If the sizes are not those of the pixels, or one is below 1.
        """
        if heights.shape != widths.shape or heights.ndim != 1:
            raise ValueError(f"heights and widths must be of one length, got {heights.shape} and {widths.shape}")
        if len(heights) and int(torch.minimum(heights.min(), widths.min())) < 1:
            raise ValueError("a picture measures at least 1 x 1 pixels")
        areas = heights * widths
        if pixels.dtype != torch.uint8 or pixels.numel() != 3 * int(areas.sum()):
            problem = f"{3 * int(areas.sum())} bytes are promised by the sizes, got {pixels.numel()} of {pixels.dtype}"
            raise ValueError(problem)
        self.packed, self.heights, self.widths = pixels.view(-1, 3), heights, widths
        self.offsets = areas.cumsum(0) - areas

    @classmethod
    def of(cls, pictures: Iterable[Pixels]) -> PictureBank:
        """A bank on the CPU of pictures [H, W, 3], taken one by one, so that no list of them need be in memory."""
        flat = bytearray()  # grows by being remapped where it is large, without a copy of what it holds
        sizes = []
        for pixels in pictures:
            if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
                raise ValueError(f"pictures are [H, W, 3] of uint8, got {pixels.shape} of {pixels.dtype}")
            sizes.append(pixels.shape[:2])
            flat += np.ascontiguousarray(pixels).data
        heights, widths = torch.tensor(sizes, dtype=torch.int64).view(-1, 2).unbind(1)
        packed = torch.frombuffer(flat, dtype=torch.uint8) if flat else torch.empty(0, dtype=torch.uint8)
        return cls(packed, heights.clone(), widths.clone())

    def __len__(self) -> int:
        return len(self.heights)

    @property
    def device(self) -> torch.device:
        """Where the pixels are."""
        return self.packed.device

    def to(self, device: torch.device | str) -> PictureBank:
        """The same pictures on another device; this very bank where that is its own."""
        moved = self.packed.to(device)
        return self if moved is self.packed else PictureBank(moved, self.heights, self.widths)

    def picture(self, index: int) -> Pixels:
        """One picture [H, W, 3]; on the CPU without a copy: do not write to it.

        Raises:
            IndexError: If there is no such picture.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"there are {len(self)} pictures, so none is number {index}")
        height, width, offset = int(self.heights[index]), int(self.widths[index]), int(self.offsets[index])
        return self.packed[offset : offset + height * width].view(height, width, 3).cpu().numpy()

    def random_crops(self, count: int, generator: torch.Generator, *, smallest: float = 0.5) -> Crops:
        """Crops anywhere in any picture, half of them flipped.

        Args:
            count: How many.
            generator: Of the CPU.
            smallest: The least side, as a share of a picture's shorter side; the greatest is all of it.
        """
        picture = torch.randint(len(self), (count,), generator=generator)
        share, row, column, coin = torch.rand(4, count, generator=generator)
        height, width = self.heights[picture], self.widths[picture]
        side = torch.minimum(height, width) * (smallest + (1 - smallest) * share)
        return Crops(picture, row * (height - side), column * (width - side), side, coin < 0.5)

    @torch.no_grad()
    def pixels(self, crops: Crops, side: int) -> Tensor:
        """What crops show: by area where they shrink and linearly where they grow, as OpenCV does both.

        Both are one filter: the mean over a box as wide as a pixel of the result, or of the picture where that is
        wider, about that pixel's centre. So it is not the samples of a K x K grid that are averaged: each pixel of the
        picture weighs by how much of it lies in the box, first down the columns, then along the rows. Beyond the
        picture's edge its last pixels go on.

        Args:
            crops: B of them.
            side: What to show them at, pixels.

        Returns:
            [B, 3, side, side] float32 in 0..1 on the bank's device; nothing waits for that device.

        Sizes: P the most pixels of a picture that a crop of these touches, along one axis.
        """
        count = len(crops.picture)
        if count == 0:
            return torch.empty(0, 3, side, side, device=self.device)
        reach = math.ceil(max(float(crops.side.max()), 1.0)) + 2
        share = max(1, _MAX_GATHERED // reach**2)
        chunks = [
            self._pixels(Crops(*(field[at : at + share] for field in crops)), side, reach)
            for at in range(0, count, share)
        ]
        return chunks[0] if len(chunks) == 1 else torch.cat(chunks)

    def _pixels(self, crops: Crops, side: int, reach: int) -> Tensor:
        """As `pixels`; `reach` is P."""
        start = torch.stack((crops.top, crops.left))
        first = torch.minimum(start, start + crops.side / (2 * side) - 0.5).floor()  # [2, B], the first pixel touched
        step = crops.side / side
        place = self._sent(torch.stack((start - first, torch.stack((step, crops.flipped.float())))).flatten(0, 1))
        sizes = torch.stack((self.heights, self.widths, self.offsets))[:, crops.picture]
        row, column, height, width, offset = self._sent(torch.cat((first.long(), sizes)))

        touched = torch.arange(reach, device=self.device)
        rows = (row[:, None] + touched).clamp_min(0).minimum(height[:, None] - 1)  # [B, P]
        columns = (column[:, None] + touched).clamp_min(0).minimum(width[:, None] - 1)
        index = (offset[:, None] + rows * width[:, None])[:, :, None] + columns[:, None, :]
        gathered = self.packed.index_select(0, index.flatten())
        source = gathered.view(-1, reach, 3 * reach).float()  # [B, P, P 3]

        weights = _box_weights(place[:2], place[2], side, reach)  # [2, B, S, P]
        with torch.autocast(self.device.type, enabled=False):  # half precision shows in smooth skies
            result = (weights[0] @ source).view(-1, side, reach, 3).permute(0, 3, 1, 2)
            result = result @ weights[1].mT[:, None]
        result = result.div_(255).clamp_(0, 1)
        return torch.where(place[3].bool()[:, None, None, None], result.flip(3), result)

    def _sent(self, values: Tensor) -> Tensor:
        """Values on the bank's device, without waiting for it: only pinned memory is copied in the background."""
        if self.device.type == "cuda":
            values = values.pin_memory()
        return values.to(self.device, non_blocking=True)


def centre_squares(pictures: PictureBank | Sequence[Pixels], side: int, limit: int | None = None) -> Tensor:
    """The largest centred square of each picture, resampled by OpenCV: fixed targets for scoring.

    Args:
        pictures: N of them, of a bank or one by one.
        side: What to show them at, pixels.
        limit: The most to take, the first ones.

    Returns:
        [N, 3, side, side] float32 in 0..1, on the CPU.
    """
    count = len(pictures) if limit is None else min(limit, len(pictures))
    result = torch.empty(count, 3, side, side)
    for index in range(count):
        pixels = pictures.picture(index) if isinstance(pictures, PictureBank) else pictures[index]
        square = resized(middle(pixels, Size(1, 1)), Size(side, side))
        result[index] = torch.from_numpy(np.ascontiguousarray(square.transpose(2, 0, 1))).float() / 255
    return result


def _box_weights(start: Tensor, step: Tensor, side: int, reach: int) -> Tensor:
    """How much each pixel weighs in each of the result.

    Args:
        start: [A, B] where a crop begins, in pixels from the first one that it touches.
        step: [B] a result's pixel, in the picture's.
        side: S.
        reach: P.

    Returns:
        [A, B, S, P], each row adding up to 1.
    """
    half = step.clamp_min(1)[None, :, None] / 2
    centre = start[:, :, None] + (torch.arange(side, device=start.device) + 0.5) * step[:, None]  # [A, B, S]
    low, high = (centre - half)[..., None], (centre + half)[..., None]
    edge = torch.arange(reach, device=start.device)
    overlap = torch.minimum(high, edge + 1) - torch.maximum(low, edge)
    return overlap.clamp_min_(0) / (2 * half)[..., None]
