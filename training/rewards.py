"""What a step of painting is rewarded with."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from training.discriminator import Adversary
from training.losses import l2_reward, patch_rewards, psnr_reward

REWARDS = ("wgan", "l2", "psnr", "mixed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """What a step is worth, in one of four ways.

    - `l2`: by how much the mean squared error fell, as published;
    - `wgan`: by how much the discriminator's score rose, as published;
    - `psnr`: by how much the logarithm of that error fell, so that a late stroke is worth as much as an early one;
    - `mixed`: the last two. The score counts over the square root of the picture's values: a discriminator of slope 1
      can rise no more than the root of the summed squared error falls, and this makes it the mean one's.
    """

    kind: str
    adversary: Adversary | None = None

    def __post_init__(self) -> None:
        if self.kind not in REWARDS:
            raise ValueError(f"a reward is one of {', '.join(REWARDS)}, got {self.kind!r}")
        if (self.kind in ("wgan", "mixed")) != (self.adversary is not None):
            raise ValueError(f"the reward {self.kind} and an adversary do not go together")

    def __call__(self, before: Tensor, after: Tensor, target: Tensor) -> Tensor:
        """The reward [B] of a step between canvases [B, 3, S, S], differentiable in both."""
        if self.kind == "l2":
            return l2_reward(before, after, target)
        if self.adversary is None:
            return psnr_reward(before, after, target)
        scored = self.adversary.reward(before, after, target)
        if self.kind == "wgan":
            return scored
        return psnr_reward(before, after, target) + scored / math.sqrt(target[0].numel())

    def of_patches(self, before: Tensor, after: Tensor, target: Tensor, patches: int) -> Tensor:
        """The reward of each cell of a grid, [B, patches, patches]; there is one of `l2` and of `wgan` only."""
        if patches == 1:
            return self(before, after, target)[:, None, None]
        if self.kind == "l2":
            return patch_rewards(before, after, target, patches)
        if self.kind != "wgan" or self.adversary is None:
            raise ValueError(f"there is no {self.kind} reward of patches")
        rise = self.adversary.patch_scores(after, target) - self.adversary.patch_scores(before, target)
        nearest: Tensor = functional.interpolate(rise[:, None], size=patches)[:, 0]
        return nearest
