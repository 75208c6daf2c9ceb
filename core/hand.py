"""A hand: one stroke type, the actor that decides its strokes, and the choice among what it proposes.

Sizes: B windows, S side of the actor's observation, k strokes in a bundle, P parameters of a stroke.
"""

from __future__ import annotations

import copy
import math
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from core.actor import Actor
from core.brushes import brush_named
from core.captured import Captured
from core.compilers import HAS_TRITON
from core.device import computes_in_bfloat16
from core.errors import CheckpointError
from core.geometry import Size
from core.observation import coordinate_planes, observe
from core.palette import Palette
from core.proposals import NO_PAINTS, Paints, choose, choose_among
from core.rasteriser.covers import proposals_covers, touching_any
from core.rasteriser.differentiable import stroke_alpha
from core.stroke import STROKES_PER_BUNDLE
from core.turns import turned, turned_back
from core.weights import LoadedActor


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked of a hand in one step, but for what there is to see."""

    ways: int = 1
    """In how many of the eight ways windows are looked at."""
    solves: bool = True
    """Strokes are laid in the best colours for their shapes; else in the actor's own."""
    keep_all: bool = False
    """Those are laid too that raise the error."""
    takes_all: bool = False
    """A bundle of as many strokes as a step lays is laid as it is, unchosen."""
    least: float = 0.0
    """Window sides that the longest line of a stroke measures at least, but where too few do."""
    width: tuple[float, float] = (0.0, math.inf)
    """Window sides that a stroke is thick at least and at most."""
    opacity: tuple[float, float] = (0.0, 1.0)
    """Of a stroke, at least and at most."""
    palette: Palette | None = None
    """Strokes are laid in the colours of this palette alone, each in the one nearest to what it would have."""

    @property
    def limits(self) -> bool:
        """Whether any proposal may have to be changed."""
        return self.width != (0.0, math.inf) or self.opacity != (0.0, 1.0)


class Answer(NamedTuple):
    """What a hand would lay in windows.

    Attributes:
        strokes: [B, 5, P] in the order to lay them.
        keep: [B, 5] which of them to lay.
        sound: One truth: the actor emitted nothing but finite numbers.
    """

    strokes: Tensor
    keep: Tensor
    sound: Tensor


class Hand:
    """One stroke type and who paints it, on a device of its own choice."""

    def __init__(self, loaded: LoadedActor, device: torch.device) -> None:
        """Make a copy of the actor ready: moving a network moves it for everyone who holds it."""
        self.loaded, self.brush = loaded, brush_named(loaded.stroke_type)
        self.side, self.bundle = loaded.actor.side, loaded.actor.bundle
        self._device = device
        self.actor = ready(loaded.actor, device)
        self._seen_in = next(self.actor.parameters()).dtype
        self._coordinates = coordinate_planes(self.side, device=device)
        self._captured: dict[tuple[Wish, int], Captured[Answer]] = {}
        self._palette: Palette | None = None
        self._mixed = NO_PAINTS

    @torch.inference_mode()
    def answer(
        self,
        canvas: Tensor,
        target: Tensor,
        inside: Tensor | None,
        done: float,
        wish: Wish,
        go_on: Callable[[], None] = lambda: None,
        blocked: Tensor | None = None,
    ) -> Answer:
        """The strokes for some windows.

        Args:
            canvas: [B, 3, S, S], RGB in 0..1.
            target: [B, 3, S, S] likewise.
            inside: [B, 1, S, S] 1 where a window shows the sheet; None where all do.
            done: Share of the level that is painted, 0 <= done < 1.
            wish: How to paint.
            go_on: Called now and then; may raise.
            blocked: [B, 1, S, S] true where no stroke may cover anything; None where all may.

        Returns:
            On a GPU, what the next call overwrites.

        Raises:
            CheckpointError: If the actor emits what is no number (on a GPU the answer says so instead).
        """
        fraction = torch.full((len(canvas),), done, device=self._device)
        # Without Triton, or to look for the longest strokes, the host waits for the device, which a graph cannot; and
        # what steers is sent there from the host.
        steered = wish.least or wish.limits or wish.palette is not None or blocked is not None
        if self._device.type != "cuda" or not HAS_TRITON or inside is None or steered:
            return self._answer(canvas, target, inside, fraction, wish, go_on, blocked)
        go_on()
        key = wish, len(canvas)
        if key not in self._captured:
            own = weakref.ref(self)  # or each would keep the other, and the GPU's memory, until garbage is looked for

            def answer(canvas: Tensor, target: Tensor, inside: Tensor, fraction: Tensor) -> Answer:
                hand = own()
                assert hand is not None
                return hand._answer(canvas, target, inside, fraction, wish)

            self._captured[key] = Captured(answer, enabled=True)
        return self._captured[key](canvas, target, inside, fraction)

    def forget(self) -> None:
        """Give back the memory of what was captured."""
        self._captured.clear()

    def _answer(
        self,
        canvas: Tensor,
        target: Tensor,
        inside: Tensor | None,
        fraction: Tensor,
        wish: Wish,
        go_on: Callable[[], None] = lambda: None,
        blocked: Tensor | None = None,
    ) -> Answer:
        parts = []
        for way in range(wish.ways):
            go_on()
            bundle = self._bundles(turned(canvas, way), turned(target, way), fraction)
            parts.append(turned_back(self.brush, bundle, way))
        bundle = torch.cat(parts, dim=1).contiguous()
        sound = torch.isfinite(bundle).all()
        if self._device.type == "cuda":
            bundle = bundle.nan_to_num(nan=0.0, posinf=1.0, neginf=0.0)  # whoever asks hears of it with the strokes
        else:
            check(sound, self.loaded)
        go_on()
        paints = None if wish.palette is None else self._paints(wish.palette)
        if wish.limits:
            thinnest, thickest = bundle.new_tensor(wish.width).unbind()
            bundle = self.brush.limited(bundle.flatten(0, 1), (thinnest, thickest), wish.opacity).reshape(bundle.shape)
        if paints is not None and not wish.solves:
            bundle = torch.cat([bundle[..., :-3], paints.nearest(bundle[..., -3:])], dim=-1)
        if wish.takes_all and blocked is None and self.bundle == STROKES_PER_BUNDLE:
            return Answer(bundle, torch.ones(bundle.shape[:2], dtype=torch.bool, device=self._device), sound)
        return Answer(*self._best(canvas, target, inside, bundle, wish, paints, blocked), sound)

    def _paints(self, palette: Palette) -> Paints:
        if palette is not self._palette:
            table, rgb = torch.from_numpy(palette.table()), torch.from_numpy(palette.values)
            self._palette, self._mixed = palette, Paints(table.to(self._device), rgb.to(self._device))
        return self._mixed

    def _bundles(self, canvas: Tensor, target: Tensor, fraction: Tensor) -> Tensor:
        """What the actor answers to windows [B, 3, S, S] twice: [B, k, P], RGB."""
        observation = observe(canvas, target, fraction, self._coordinates, bgr=self.loaded.bgr)
        seen = observation.to(self._seen_in, memory_format=torch.channels_last)
        bundle: Tensor = self.actor(seen).float().reshape(len(canvas), self.bundle, -1)
        if self.loaded.bgr:
            bundle = torch.cat([bundle[..., :-3], bundle[..., -3:].flip(-1)], dim=-1)
        return bundle.contiguous()

    def _best(
        self, canvas: Tensor, target: Tensor, inside: Tensor | None, bundle: Tensor, wish: Wish, paints: Paints | None,
        blocked: Tensor | None,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """The best strokes [B, 5, P] of bundles [B, k, P], in the order to lay them, and which to lay [B, 5].

        None is laid whose longest line is too short, but where too few are not; and none that covers what it may not.
        """
        longest = self.brush.longest(bundle.flatten(0, 1)).reshape(bundle.shape[:2]) if wish.least else None
        rows = torch.arange(len(bundle), device=bundle.device)[:, None]
        if longest is not None and wish.keep_all:  # some will be laid whatever they do, so only large ones may be there
            count = max(STROKES_PER_BUNDLE, int((longest >= wish.least).sum(dim=1).min()))
            bundle, longest = bundle[rows, longest.topk(min(count, bundle.shape[1])).indices], None
        # What falls off the sheet does neither harm nor good, and what covers nothing does not help.
        large = None if longest is None else longest >= wish.least
        rgb = None if wish.solves else bundle[..., -3:]
        how: dict[str, Any] = {"count": STROKES_PER_BUNDLE, "rgb": rgb, "paints": paints, "keep_all": wish.keep_all}
        if self._device.type == "cpu":
            limits = _limits(inside, large, bundle.shape[:2], self.side)
            covers = proposals_covers(self.brush, bundle.flatten(0, 1), self.side, limits)
            if blocked is not None:
                touching = touching_any(covers, blocked[:, 0].numpy())
                how["barred"] = torch.from_numpy(touching).reshape(bundle.shape[:2])
            choice = choose_among(canvas, target, covers, **how)
        else:
            size = Size(self.side, self.side)
            alpha = stroke_alpha(self.brush, bundle.flatten(0, 1), size).reshape(*bundle.shape[:2], *size)
            for there in (inside, None if large is None else large[..., None, None]):
                if there is not None:
                    alpha.mul_(there)
            if blocked is not None:
                how["barred"] = ((alpha > 0) & blocked).flatten(2).any(-1)
            choice = choose(canvas, target, alpha, **how)
        shapes = bundle[rows, choice.which, :-3]
        return torch.cat([shapes, choice.rgb], dim=-1), choice.keep


def _limits(inside: Tensor | None, large: Tensor | None, shape: tuple[int, ...], side: int) -> NDArray[np.int64] | None:
    """Which part of its window counts of each of [B, k] strokes: [B k, 4] top, bottom, left and right.

    Args:
        inside: [B, 1, S, S] where the windows show the sheet, a rectangle in each; None: all over.
        large: [B, k] which strokes count at all; None: all.
        shape: B and k.
        side: S.
    """
    if inside is None and large is None:
        return None
    limits = np.broadcast_to([0, side, 0, side], (*shape, 4)).copy()
    if inside is not None:
        for axis, across in enumerate((3, 2)):
            there: NDArray[np.bool_] = inside.amax((1, across)).bool().numpy()
            ends = np.stack([there.argmax(1), side - there[:, ::-1].argmax(1)], axis=1)
            limits[..., 2 * axis : 2 * axis + 2] = np.where(there.any(axis=1, keepdims=True), ends, 0)[:, None]
    if large is not None:
        limits[~large.numpy()] = 0
    return limits.reshape(-1, 4)


def check(sound: Tensor, loaded: LoadedActor) -> None:
    """Refuse what an actor emitted.

    Raises:
        CheckpointError: If it is not sound.
    """
    if not bool(sound):
        raise CheckpointError(loaded.path, "it emitted numbers that are not finite; use other weights")


def ready(actor: Actor, device: torch.device) -> Actor:
    """A copy of an actor to ask on a device, not to train: batch norm folded into the convolutions before it.

    Where the device computes in bfloat16 a dense head's layers do, but for the last, whose numbers are drawn with: what
    it proposes is chosen from. An average head's strokes are laid as they are, and stay those that were published.
    """
    copied: Actor = copy.deepcopy(actor).eval()
    for name, module in list(copied.named_modules()):
        for convolution, norm in _PAIRS:
            if isinstance(getattr(module, norm, None), nn.BatchNorm2d):
                fused = fuse_conv_bn_eval(getattr(module, convolution), getattr(module, norm))
                setattr(module, convolution, fused)
                setattr(module, norm, nn.Identity())
        if name.endswith("shortcut") and len(module) == 2:
            module[0], module[1] = fuse_conv_bn_eval(module[0], module[1]), nn.Identity()
    copied.requires_grad_(False)
    copied.to(device)
    for weight in copied.parameters():
        if weight.ndim == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    if copied.head == "dense" and computes_in_bfloat16(device):
        for child in copied.children():
            if child is not copied.emit:
                child.to(torch.bfloat16)
    return copied


_PAIRS = (("conv1", "bn1"), ("conv2", "bn2"))
"""Names of convolutions, and of the batch norms after them."""
