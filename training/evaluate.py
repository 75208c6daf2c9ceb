"""Scoring an actor at fixed seeds, and sheets of what it paints."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.actor import Actor
from training.losses import squared_error
from training.picture_bank import PictureBank
from training.policy import ExactCoverage, Policy, episode

STROKES = (20, 50, 100, 200)
"""After how many strokes an actor is scored."""

AT_ONCE = 16
"""Targets that are painted together; 128 proposals of each are in memory."""

SHOWN = 8
"""Targets on a sheet of samples."""


def score(
    policy: Policy, actor: Actor, targets: Tensor, *, marks: Sequence[int] = (), sheet: float = 0.0
) -> dict[str, float]:
    """Mean error over held-out targets [N, 3, S, S], painted from a bare sheet by the exact rasteriser.

    Args:
        policy: How the actor's strokes are laid.
        actor: In evaluation mode.
        targets: See above.
        marks: After how many strokes; a painting has as many as the largest. `STROKES` where empty.
        sheet: Grey of the bare sheet.

    Returns:
        `l2@N` and `psnr@N`, mean squared error and mean PSNR in dB after N strokes in the best colours for the actor's
        shapes, as the default preset paints; `own_l2@N` and `own@N`, the same in the actor's own colours.
    """
    result = {}
    marks = sorted(marks or STROKES)
    for prefixes, solve in ((("l2", "psnr"), True), (("own_l2", "own"), False)):
        if solve and policy.head == "average":
            continue  # a published actor's strokes are laid as they are
        way = dataclasses.replace(policy, coverage=ExactCoverage(policy.brush), solve=solve)
        steps = [-(-strokes // policy.bundle) for strokes in marks]
        parts = []
        for part in torch.split(targets, AT_ONCE):
            canvases = episode(way, actor, part, steps=steps[-1], sheet=sheet)
            parts.append(torch.stack([squared_error(canvases[step - 1], part) for step in steps]))
        for strokes, errors in zip(marks, torch.cat(parts, dim=1), strict=True):
            result[f"{prefixes[0]}@{strokes}"] = float(errors.mean())
            result[f"{prefixes[1]}@{strokes}"] = float((-10 * errors.clamp_min(1e-10).log10()).mean())
    return result


def samples(policy: Policy, actor: Actor, targets: Tensor, *, marks: Sequence[int] = ()) -> NDArray[np.uint8]:
    """A sheet [H, W, 3]: a row for each of the first targets, itself and then its painting after 5, 20, ... strokes.

    Those after `marks` strokes, `STROKES` where empty, and one step's before.
    """
    targets, marks = targets[:SHOWN], sorted(marks or STROKES)
    way = dataclasses.replace(policy, coverage=ExactCoverage(policy.brush))
    canvases = episode(way, actor, targets, steps=-(-marks[-1] // policy.bundle))
    shown = [targets, *(canvases[-(-strokes // policy.bundle) - 1] for strokes in sorted({policy.bundle, *marks}))]
    grid = torch.cat([torch.cat(list(picture), dim=1) for picture in shown], dim=2)
    return grid.clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).cpu().numpy()


def spread(bank: PictureBank, count: int) -> list[NDArray[np.uint8]]:
    """So many pictures, evenly over all of a bank: neighbours by name are often alike."""
    chosen = np.unique(np.linspace(0, len(bank) - 1, count).round().astype(int))
    return [bank.picture(int(index)) for index in chosen]
