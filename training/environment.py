"""The painting environment: many sheets at once, on the device, in all stages of being painted."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from core.observation import coordinate_planes, observe
from training.picture_bank import Crops, PictureBank

CLOCKS = 16
"""The most groups that a batch consists of. The sheets of a group begin and end their episodes together, by a clock
that the host keeps: nobody has to ask the device which episodes are over."""

BARE = {"black": 0.35, "white": 0.15, "grey": 0.1, "tone": 0.1, "mean of target": 0.1, "blurred target": 0.2}
"""How an episode on a new target begins, and how often it does."""

CLOSER = 0.4
"""How often an episode goes on closer up, on a part of what was painted before, instead of beginning bare."""

CLOSER_SHARES = (0.3, 0.6)
"""Side of that part over the side of the whole."""

SMALLEST_CLOSER = 60.0
"""The least side of a crop, in pixels of its picture, of which a part is still worth looking at closer up."""


class Environment:
    """Sheets of many kinds being painted, each with its target, its step and its length of episode.

    A sheet begins bare (black, white, a grey tone, any tone, the target's mean), or as the blurred target, or as a
    part of what was painted before, seen closer: what the actor meets when a painting goes from coarse to fine.

    The sheets lie in batches, the batches in groups: batch b is rows b B .. (b + 1) B, of which group g has B / G that
    follow one another. Each group has a random generator of its own, so that a process of W that keeps every group
    whose number is its rank modulo W paints just what one process would.

    Attributes:
        canvas: [E, 3, S, S] in 0..1, on the bank's device.
        target: [E, 3, S, S] in 0..1.
        steps: [E / B, G] steps done in the episode, on the CPU; so is `lengths`.
        lengths: [E / B, G] steps in the episode.

    Sizes: E environments, B sheets in a batch, G groups in a batch, S side in pixels.
    """

    def __init__(
        self,
        bank: PictureBank,
        *,
        envs: int,
        batch: int,
        side: int,
        episode_steps: int,
        seed: int,
        varied: bool = True,
        rank: int = 0,
        ranks: int = 1,
    ) -> None:
        """Begin all sheets.

        Args:
            bank: The targets' pictures; its device is the environment's.
            envs: E of all processes together, a multiple of `batch`.
            batch: B of all processes together, of which this one holds a share.
            side: S.
            episode_steps: The longest episode; lengths are uniform from a quarter of it.
            seed: Of everything random here.
            varied: Whether sheets begin as the class says; else all are bare and black, as published.
            rank: Number of this process.
            ranks: How many processes share the sheets.

        Raises:
            ValueError: If the sizes do not divide.
        """
        groups = clocks(batch)
        if envs % batch:
            raise ValueError(f"envs must be a multiple of batch, got {envs} and {batch}")
        if groups % ranks:
            raise ValueError(f"a batch of {batch} is made of {groups} groups, which {ranks} processes cannot share")
        self._bank, self._side, self._episode_steps, self._varied = bank, side, episode_steps, varied
        self._mine = range(rank, groups, ranks)
        self._rows = batch // groups
        self._generators = [torch.Generator().manual_seed(seed * CLOCKS + group) for group in self._mine]
        self.batches, self.batch = envs // batch, len(self._mine) * self._rows
        self._coordinates = coordinate_planes(side, device=bank.device)
        count = self.batches * self.batch
        self.canvas = torch.zeros(count, 3, side, side, device=bank.device)
        self.target = torch.zeros_like(self.canvas)
        self.steps = torch.zeros(self.batches, len(self._mine), dtype=torch.int64)
        self.lengths = torch.ones_like(self.steps)
        self._crops = [[bank.random_crops(self._rows, each) for each in self._generators] for _ in range(self.batches)]
        for index in range(self.batches):
            for group, generator in enumerate(self._generators):
                self._begin(index, group)
                # Episodes begin out of step with each other, so that a batch holds all their stages.
                drawn = torch.rand(1, generator=generator) * self.lengths[index, group]
                self.steps[index, group] = int(drawn)

    def rows(self, index: int) -> slice:
        """Where batch `index` lies in `canvas` and `target`."""
        return slice(index * self.batch, (index + 1) * self.batch)

    def step_fraction(self, index: int, *, ahead: int = 0) -> Tensor:
        """[B]: steps done, and those `ahead`, over those of the episode."""
        fraction = (self.steps[index] + ahead) / self.lengths[index]
        return fraction.repeat_interleave(self._rows).to(self.canvas.device, non_blocking=True)

    def observation(self, index: int) -> Tensor:
        """[B, 9, S, S] of one batch."""
        rows = self.rows(index)
        return observe(self.canvas[rows], self.target[rows], self.step_fraction(index), self._coordinates)

    def clock(self, index: int) -> tuple[Tensor, Tensor]:
        """Steps done [B] and steps in the episode [B], of each sheet of a batch, on the CPU."""
        return tuple(each[index].repeat_interleave(self._rows) for each in (self.steps, self.lengths))  # type: ignore[return-value]

    def advance(self, index: int, canvas: Tensor) -> None:
        """Take in what a step made of a batch of canvases [B, 3, S, S], and begin anew where episodes have ended."""
        self.canvas[self.rows(index)] = canvas.detach()
        self.steps[index] += 1
        for group in torch.nonzero(self.steps[index] >= self.lengths[index]).flatten().tolist():
            self._begin(index, group)

    def _begin(self, index: int, group: int) -> None:
        """Begin the episodes of one group of one batch."""
        generator, count, before = self._generators[group], self._rows, self._crops[index][group]
        start = index * self.batch + group * count
        rows = slice(start, start + count)
        # Every draw is made whether it is needed or not, so that what comes later does not hang on what was needed.
        draws = torch.rand(count, 4, generator=generator)
        low, high = CLOSER_SHARES
        share = low + (high - low) * draws[:, 1]
        corner = draws[:, 2:4] * (1 - share[:, None])
        closer = (draws[:, 0] < CLOSER) & (before.side > SMALLEST_CLOSER)
        if int(self.steps[index, group]) == 0 or not self._varied:
            closer[:] = False  # nothing has been painted yet
        fresh = self._bank.random_crops(count, generator)
        part = before.part(corner[:, 0], corner[:, 1], share)
        crops = Crops(*(torch.where(closer, one, other) for one, other in zip(part, fresh, strict=True)))
        target = self._bank.pixels(crops, self._side)
        canvas = self._bare(target, generator) if self._varied else torch.zeros_like(target)
        if bool(closer.any()):
            painted = enlarged(self.canvas[rows], corner, share)
            canvas = torch.where(closer.to(target.device, non_blocking=True)[:, None, None, None], painted, canvas)
        self.target[rows], self.canvas[rows], self._crops[index][group] = target, canvas, crops
        shortest = max(2, self._episode_steps // 4)
        length = torch.randint(shortest, max(shortest, self._episode_steps) + 1, (), generator=generator)
        self.steps[index, group], self.lengths[index, group] = 0, length

    def _bare(self, target: Tensor, generator: torch.Generator) -> Tensor:
        """A starting canvas [R, 3, S, S] for each of R targets."""
        shares = torch.tensor(list(BARE.values()))
        kind = torch.multinomial(shares, len(target), replacement=True, generator=generator)
        tone, detail = torch.rand(len(target), 3, generator=generator), torch.rand(1, generator=generator)
        names = list(BARE)
        tone[kind == names.index("black")] = 0
        tone[kind == names.index("white")] = 1
        grey = kind == names.index("grey")
        tone[grey] = tone[grey][:, :1].expand(-1, 3)
        kind, tone = (each.to(target.device, non_blocking=True) for each in (kind, tone))
        flat = torch.where((kind == names.index("mean of target"))[:, None], target.mean(dim=(2, 3)), tone)
        blurred = functional.interpolate(target, size=math.ceil(2 + 22 * float(detail) ** 2), mode="area")
        blurred = functional.interpolate(blurred, size=target.shape[-1], mode="bilinear")
        is_blurred = (kind == names.index("blurred target"))[:, None, None, None]
        return torch.where(is_blurred, blurred, flat[:, :, None, None].expand_as(target))

    def state_dict(self) -> dict[str, Any]:
        """All that the next steps depend on but the pictures; shares the environment's memory, as a module's does."""
        return {
            "canvas": self.canvas,
            "target": self.target,
            "steps": self.steps,
            "lengths": self.lengths,
            "crops": [[tuple(group) for group in batch] for batch in self._crops],
            "generators": [generator.get_state() for generator in self._generators],
            "pictures": self._fingerprint(),
        }

    def _fingerprint(self) -> str:
        """What tells these pictures from others: how many they are, and their sizes in order."""
        sizes = torch.stack([self._bank.heights, self._bank.widths]).numpy().tobytes()
        return hashlib.blake2b(sizes, digest_size=16).hexdigest()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        for name in ("canvas", "target", "steps", "lengths"):
            getattr(self, name).copy_(state[name])
        self._crops = [[Crops(*group) for group in batch] for batch in state["crops"]]
        if state["pictures"] != self._fingerprint():
            # A crop names its picture by number, and that is another one now: no episode may go on closer up in it.
            self._crops = [
                [crops._replace(side=torch.zeros_like(crops.side)) for crops in batch] for batch in self._crops
            ]
        for generator, drawn in zip(self._generators, state["generators"], strict=True):
            generator.set_state(drawn.cpu())


def clocks(batch: int) -> int:
    """G, the groups that a batch of so many sheets consists of."""
    return max(groups for groups in range(1, CLOCKS + 1) if batch % groups == 0)


def enlarged(pictures: Tensor, corner: Tensor, share: Tensor) -> Tensor:
    """A square part of each picture at the size of the whole, by cubic interpolation.

    Args:
        pictures: [B, C, S, S].
        corner: [B, 2], row and column of the part's corner over S.
        share: [B], its side over S; corner + share <= 1.

    Returns:
        [B, C, S, S] in 0..1, which the cubic may leave on its way.
    """
    device = pictures.device
    corner, share = corner.to(device, non_blocking=True), share.to(device, non_blocking=True)
    ramp = (torch.arange(pictures.shape[-1], device=device) + 0.5) / pictures.shape[-1]
    places = 2 * (corner[:, :, None] + share[:, None, None] * ramp) - 1
    row, column = places[:, 0, :, None], places[:, 1, None, :]
    grid = torch.stack([column.expand(-1, len(ramp), -1), row.expand(-1, -1, len(ramp))], dim=-1)
    sampled = functional.grid_sample(pictures, grid, mode="bicubic", padding_mode="border", align_corners=False)
    return sampled.clamp(0, 1)
