"""The discriminator: a learned measure of how far a canvas is from its target, and the reward made of it."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from training.averages import move_towards
from training.critic import TReLU, normed_convolution
from training.device import layout
from training.distributed import average_gradients

PENALTY = 10.0
"""Of the gradient penalty beside the scores (lambda in Gulrajani et al. 2017)."""

TAU = 0.001
"""Share of the way that the moving average goes to the newest weights at each update."""


class Discriminator(nn.Module):
    """Five convolutions: a pair [B, 6, S, S] of target and canvas to a score [B], higher where they look the same.

    The last layer's scores are averaged over the picture, so that any side will do; at 128 it is the published form.

    Source: Huang, Heng, Zhou 2019, section 3.4.2. Sizes: B batch, S side in pixels.
    """

    def __init__(self) -> None:
        super().__init__()
        planes = (6, 16, 32, 64, 128)
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise(planes):
            layers += [normed_convolution(inputs, outputs, 5, 2), TReLU()]
        self.layers = nn.Sequential(*layers, normed_convolution(planes[-1], 1, 5, 2))

    def forward(self, pair: Tensor) -> Tensor:
        """[B, 6, S, S] to [B]; see the class."""
        return self.patches(pair).mean(dim=(1, 2))

    def patches(self, pair: Tensor) -> Tensor:
        """[B, 6, S, S] to the scores [B, s, s] of overlapping patches, s = S / 32 rounded up; their mean is the score.

        Source: the patches are those of Isola et al., "Image-to-Image Translation with Conditional Adversarial
        Networks", 2017.
        """
        scores: Tensor = self.layers(pair)[:, 0]
        return scores


def gradient_penalty(
    discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, generator: torch.Generator
) -> Tensor:
    """How far the discriminator's slope is from 1 between real and fake: 10 E[(|grad D(x)| - 1)^2], a scalar.

    Each x lies at a random place on the line from a fake to its real one; the norm is over all values of one input.

    Args:
        discriminator: [B, ...] to [B], with no dealings between the items of a batch.
        real: [B, ...].
        fake: [B, ...].
        generator: Of the places, on the tensors' device.

    Source: equation 3 of Gulrajani et al., "Improved Training of Wasserstein GANs", 2017.
    """
    places = torch.rand(len(real), *[1] * (real.dim() - 1), generator=generator, device=real.device, dtype=real.dtype)
    between = torch.lerp(fake.detach(), real.detach(), places).requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(between).sum(), between, create_graph=True)
    excess: Tensor = torch.linalg.vector_norm(slope.flatten(1), dim=1) - 1
    return PENALTY * excess.square().mean()


class Adversary:
    """A discriminator in training (WGAN-GP), and the reward by its moving average, which changes slowly.

    Real is a target beside itself, fake is a target beside a canvas.

    Attributes:
        discriminator: The network that learns.
        averaged: The moving average of its weights, frozen; it gives the scores.
        generator: Of the places where the penalty is taken.
    """

    def __init__(
        self, *, device: torch.device | str = "cpu", seed: int = 0, autocast: torch.dtype | None = None
    ) -> None:
        """A new discriminator; it learns with its layers in the precision `autocast`, where that is given.

        Scores are in full precision at all times: a reward is a small difference of two of them.
        """
        self._autocast, self._device = autocast, torch.device(device)
        self.discriminator = Discriminator().to(device, memory_format=layout(self._device, autocast))  # type: ignore[call-overload]
        self.averaged = copy.deepcopy(self.discriminator).requires_grad_(False)
        self._optimiser = torch.optim.Adam(self.discriminator.parameters(), lr=3e-4, betas=(0.5, 0.999))
        self.generator = torch.Generator(device).manual_seed(seed)

    def update(self, canvas: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Learn from one batch of canvases and their targets, [B, 3, S, S] in 0..1 twice.

        Returns:
            The means `real` and `fake` of the scores, and the `penalty`: scalars still on the device, so that only
            whoever reads them waits for them.
        """
        canvas, target = canvas.detach(), target.detach()
        real, fake = torch.cat([target, target], dim=1), torch.cat([target, canvas], dim=1)
        with torch.autocast(self._device.type, self._autocast, enabled=self._autocast is not None):
            on_real, on_fake = (part.float().mean() for part in self.discriminator(torch.cat([real, fake])).chunk(2))
            penalty = gradient_penalty(self.discriminator, real, fake, self.generator)
        self._optimiser.zero_grad(set_to_none=True)
        (on_fake - on_real + penalty).backward()
        average_gradients(self.discriminator)
        self._optimiser.step()
        move_towards(self.averaged, self.discriminator, TAU)
        return {"real": on_real.detach(), "fake": on_fake.detach(), "penalty": penalty.detach()}

    def score(self, canvas: Tensor, target: Tensor) -> Tensor:
        """The moving average's score [B] of canvases [B, 3, S, S] for their targets, differentiable in the canvas."""
        score: Tensor = self.averaged(torch.cat([target, canvas], dim=1))
        return score

    def patch_scores(self, canvas: Tensor, target: Tensor) -> Tensor:
        """The same of patches, [B, s, s]; see `Discriminator.patches`."""
        scores: Tensor = self.averaged.patches(torch.cat([target, canvas], dim=1))
        return scores

    def reward(self, before: Tensor, after: Tensor, target: Tensor) -> Tensor:
        """What a step gained [B]: the score of the canvas after it, less that of the canvas before."""
        return self.score(after, target) - self.score(before, target)

    def state_dict(self) -> dict[str, Any]:
        """All that the next updates depend on but the generator, which each of several processes has of its own."""
        return {
            "discriminator": self.discriminator.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.discriminator.load_state_dict(state["discriminator"])
        self.averaged.load_state_dict(state["averaged"])
        self._optimiser.load_state_dict(state["optimiser"])
