"""The recipe for an actor: straight through the exact rasteriser, and then with a critic that knows what is to come.

Sheets in all stages of painting are stepped by the actor. At first each stroke that it proposes is judged by its pixels
alone (`direct`). Where the algorithm has a critic, it learns from the steps that were taken, and its word joins in: the
slope of reward and value, through the renderer into the actor (`ddpg-model-based`), or of values of what it emitted,
patch by patch (`ddpg-model-free`) or of the whole picture (`ddpg`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from core.actor import Actor
from core.brushes import Brush, brush_named
from core.errors import SettingError
from core.files import output_folder
from core.renderer import SIDE
from core.stroke import STROKES_PER_BUNDLE
from core.weights import add_to_manifest, load_renderer, save_actor
from training import distributed
from training.actors import starting_actor
from training.budget import Budget
from training.datasets import load_pictures
from training.ddpg import ModelBased, ModelFree
from training.device import chosen_device, chosen_precision, described
from training.discriminator import Adversary
from training.environment import Environment, clocks
from training.evaluate import samples, score, spread
from training.learner import Agent, Learner
from training.loop import loop
from training.memory import keep_freed_memory
from training.patch_critic import PATCHES, SIDES
from training.picture_bank import centre_squares
from training.policy import Coverage, ExactCoverage, NeuralCoverage, Policy
from training.replay_buffer import ReplayBuffer
from training.rewards import REWARDS, Reward
from training.run_folder import RunFolder, resumed_settings
from training.settings import check, recipe, setting

ALGORITHMS = ("direct", "ddpg-model-based", "ddpg-model-free", "ddpg")

MODEL_FREE = ("ddpg-model-free", "ddpg")

FIXED = frozenset(
    {
        "algorithm",
        "begin",
        "stroke_type",
        "head",
        "width",
        "canvas",
        "bundle",
        "batch",
        "envs",
        "replay",
        "critic_width",
    }
    | {"reward", "init", "seed"}
)
"""What a run keeps when it goes on, for its checkpoint is made to their measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PainterConfig:
    """What a painter's run may vary; written whole into its run folder."""

    data: tuple[Path, ...] = setting(help="folder, zip or packed file of pictures; may be given again")
    out: Path = setting(help="run folder")
    algorithm: str = setting("ddpg-model-based", choices=ALGORITHMS, help="what the actor learns from")
    reward: str | None = setting(
        None, choices=REWARDS, help="what a critic learns to foresee; psnr, or l2 without a model"
    )
    minutes: float | None = setting(
        None, above=0, help="time of training, which the schedule fits, scoring not counted; 60 without --updates"
    )
    updates: int | None = setting(
        None, least=0, help="updates, which the schedule fits; 0 takes over what --init has, and scores it"
    )
    stroke_type: str = setting("bezier", help="the brush")
    head: str | None = setting(
        None,
        choices=("dense", "average"),
        help="dense: a stroke for each cell of a grid, the best are laid; average: as published. Of --init, or dense",
    )
    width: float | None = setting(None, least=1 / 64, most=4, help="of the actor, over ResNet-18. Of --init, or 0.5")
    canvas: int | None = setting(None, least=32, most=512, help="side of the sheets, pixels. Of --init, or 64")
    bundle: int = setting(STROKES_PER_BUNDLE, least=1, most=64, help="strokes laid in a step")
    batch: int = setting(32, least=2, most=100_000, help="sheets that an update paints on")
    envs: int = setting(512, least=2, most=1_000_000, help="sheets being painted, a multiple of --batch")
    begin: str = setting(
        "varied", choices=("varied", "black"), help="how sheets begin: as painting meets them, or black as published"
    )
    episode_steps: int = setting(40, least=2, most=10_000, help="the longest episode, steps")
    discount: float | None = setting(None, above=0, most=1, help="of a step's future; 0.95 for each stroke if left out")
    renderer: str = setting("exact", choices=("exact", "neural"), help="what gradients flow through")
    renderer_weights: Path | None = setting(None, help="of the neural renderer; the bundled one if left out")
    critic_width: float = setting(0.25, least=1 / 64, most=4, help="of the critic, over ResNet-18")
    critic_batch: int = setting(16, least=2, most=100_000, help="transitions that the critic learns from at an update")
    replay: int = setting(4096, least=2, most=10_000_000, help="transitions that are kept for the critic")
    warm_start: float | None = setting(
        None, least=0, most=1, help="share of the run before the critic joins in; 0.3, or 0 without a model"
    )
    direct_weight: float | None = setting(
        None, least=0, help="of the pixels' word beside the critic's; 1 with a dense head, else 0"
    )
    value_weight: float = setting(10.0, least=0, help="of the critic's word")
    learning_rate: float = setting(1e-3, above=0, help="of the actor, at its highest")
    critic_learning_rate: float = setting(3e-4, above=0, help="of the critic; it falls with the actor's")
    tau: float = setting(0.001, above=0, most=1, help="of the target critic's soft update")
    average: float = setting(0.998, least=0, most=0.999999, help="decay of the average that is scored and shipped")
    colour_weight: float = setting(3.0, least=0, help="of the actor's own colours' distance from the best ones")
    elongation: float = setting(2.0, above=0, help="length over width that strokes are trained to have at least")
    stubby_weight: float = setting(0.5, least=0, help="of what they fall short of it")
    feather: float = setting(1.0, above=0, most=16, help="edge width in the exact rasteriser's gradient, pixels")
    init: Path | None = setting(None, help="weights to begin from")
    limit: int | None = setting(None, least=2, help="the most pictures to take of each path and split")
    seed: int = setting(0, least=0, most=2**32 - 1, help="of everything random")
    device: str = setting("auto", choices=("auto", "cpu", "cuda"), help="where to train")
    precision: str = setting("auto", choices=("auto", "float32", "bfloat16"), help="of the networks' layers")
    compile: bool = setting(False, help="compile the actor: a minute or two at first, faster after")
    graphs: bool = setting(True, help="on a GPU, launch updates as CUDA graphs: faster, but takes more memory")
    marks: tuple[int, ...] = setting(
        (), help="strokes after which it is scored; may be given again; 20, 50, 100 and 200 if left out"
    )
    held_out: int = setting(64, least=1, most=100_000, help="pictures that it is scored on")
    scores: int = setting(8, least=1, most=10_000, help="times that the run is scored")
    log_every: int = setting(20, least=1, help="updates between lines of metrics")
    checkpoint_minutes: float = setting(5.0, least=0, help="between checkpoints")

    def __post_init__(self) -> None:
        check(self)
        if self.canvas is not None and self.canvas % 32:
            raise SettingError("--canvas", self.canvas, "it must be a multiple of 32")
        if self.envs % self.batch:
            raise SettingError("--envs", self.envs, f"it must be a multiple of --batch, {self.batch}")
        for count in self.marks:
            if count < 1:
                raise SettingError("--marks", count, "it must be at least 1")
        if self.algorithm in MODEL_FREE:
            if self.reward not in (None, "l2", "wgan"):
                raise SettingError("--reward", self.reward, "a model-free critic knows l2 and wgan")
            if self.head == "dense":
                raise SettingError("--head", self.head, "a model-free critic needs --head average")
            for name, value in (("--warm-start", self.warm_start), ("--direct-weight", self.direct_weight)):
                if value:
                    raise SettingError(name, value, "a model-free actor knows nothing of pixels; leave it out")
        if self.replay < self.batch:
            raise SettingError("--replay", self.replay, f"it must hold a --batch, {self.batch}")


def train_painter(config: PainterConfig, *, resumed: Mapping[str, Any] | None = None) -> Path:
    """Train an actor; returns the weights file that it leaves in the run folder.

    Args:
        config: The settings; of a resumed run, only where it lies.
        resumed: Go on with the run that is there, with these settings changed.

    Raises:
        SettingError: If settings do not go together, or a resumed run cannot change one.
        DataError: If there is nothing to train on.
        DeviceError: If there is no such device.
        OutputError: If the run folder cannot be written.
        CheckpointError: If the weights to begin from, or the run to go on with, cannot be used.
        TrainingError: If a loss is no longer finite.
    """
    if resumed is not None:
        config = resumed_settings(config.out, PainterConfig, resumed, fixed=FIXED)
    device = chosen_device(config.device)
    keep_freed_memory()
    with distributed.joined(device), output_folder(config.out) if distributed.leads() else nullcontext():
        if clocks(config.batch) % distributed.ranks():
            problem = f"{distributed.ranks()} processes cannot share it alike; give a multiple of them, of 16 at most"
            raise SettingError("--batch", config.batch, problem)
        brush = brush_named(config.stroke_type)
        torch.manual_seed(config.seed)
        needed = "average" if config.algorithm in MODEL_FREE and config.init is None else None
        actor = starting_actor(
            brush,
            init=config.init if resumed is None else None,  # what it has learned since is in the checkpoint
            head=config.head or needed,
            width=config.width,
            side=config.canvas,
            bundle=config.bundle,
        )
        config = dataclasses.replace(config, head=actor.head, width=actor.width, canvas=actor.side)
        pictures = load_pictures(config.data, limit=config.limit)
        targets = centre_squares(spread(pictures.held_out, config.held_out), actor.side).to(device)
        policy = policy_of(config, actor, brush, device)
        world = Environment(
            pictures.train.to(device),
            envs=config.envs,
            batch=config.batch,
            side=actor.side,
            episode_steps=config.episode_steps,
            seed=config.seed,
            varied=config.begin == "varied",
            rank=distributed.rank(),
            ranks=distributed.ranks(),
        )
        learner = learner_of(config, policy, actor.to(device), world)
        writes = distributed.leads()
        run = RunFolder.begin(config.out, config, resumes=resumed is not None, writes=writes)
        if writes:
            print(f"{len(pictures.train)} pictures to train on, {len(pictures.held_out)} held out", flush=True)
            for reason in pictures.skipped:
                print(f"skipped {reason}", flush=True)
        return _run(config, run, learner, targets)


def _run(config: PainterConfig, run: RunFolder, learner: Learner, targets: torch.Tensor) -> Path:
    """Update after update, until the budget is spent."""
    state, first, spent = run.load(learner.world.canvas.device), 0, 0.0
    if state is not None:
        with run.restoring():
            run.check_processes(len(state["ranks"]))
            learner.load_state_dict(state["learner"])
            learner.load_local_state_dict(state["ranks"][distributed.rank()])
            first, spent = state["update"], state["minutes"]
        del state
    run.settle(config)
    wall = config.minutes if config.minutes or config.updates else 60.0
    weights = config.out / f"{config.stroke_type}-actor.safetensors"

    def scores() -> dict[str, float]:
        run.show("samples", samples(learner.policy, learner.averaged, targets, marks=config.marks))
        return score(learner.policy, learner.averaged, targets, marks=config.marks)

    finish = loop(
        run,
        Budget(minutes=wall, updates=config.updates, spent=spent),
        first=first,
        update=learner.update,
        score=scores,
        state=lambda: {
            "learner": learner.state_dict(),
            "ranks": distributed.gathered(learner.local_state_dict()),
        },
        ship=lambda: save_actor(learner.averaged, weights, stroke_type=config.stroke_type),
        device=learner.world.canvas.device,
        log_every=config.log_every,
        scores=config.scores,
        checkpoint_minutes=config.checkpoint_minutes,
    )
    if finish.scores:  # else it was at its end already, and so is the entry
        add_to_manifest(
            weights,
            data=", ".join(path.name for path in config.data),
            recipe=recipe("painter", config),
            updates=finish.updates,
            hours=finish.minutes / 60,
            hardware=described(learner.world.canvas.device),
            scores=finish.scores,
        )
    if finish.interrupted:
        raise KeyboardInterrupt
    return weights


def policy_of(config: PainterConfig, actor: Actor, brush: Brush, device: torch.device) -> Policy:
    """How that actor's strokes are drawn and laid."""
    coverage: Coverage = ExactCoverage(brush, feather=config.feather)
    if config.renderer == "neural":
        if SIDE % actor.side:
            raise SettingError("--renderer", "neural", f"of its {SIDE} pixels {actor.side} is no whole part")
        loaded = load_renderer(config.renderer_weights, stroke_type=brush.name)
        coverage = NeuralCoverage(loaded.renderer.to(device))
    return Policy(
        brush=brush,
        coverage=coverage,
        head=actor.head,
        bundle=config.bundle,
        solve=actor.head == "dense",
        autocast=chosen_precision(config.precision, device),
    )


def learner_of(config: PainterConfig, policy: Policy, actor: Actor, world: Environment) -> Learner:
    """The learner that the settings ask for, its parts put together."""
    device = world.canvas.device
    if distributed.ranks() > 1:
        distributed.share_batch_norms(actor)
    adversary: Adversary | None = None
    agent: Agent | None = None
    replay: ReplayBuffer | None = None
    if config.algorithm != "direct":
        reward = config.reward or ("l2" if config.algorithm in MODEL_FREE else "psnr")
        if reward in ("wgan", "mixed"):
            adversary = Adversary(device=device, seed=config.seed + distributed.rank(), autocast=policy.autocast)
        parts: dict[str, Any] = {
            "policy": policy,
            "reward": Reward(kind=reward, adversary=adversary),
            "discount": config.discount or 0.95**config.bundle,
            "tau": config.tau,
            "width": config.critic_width,
            "device": device,
            "captures": config.graphs,
        }
        if config.algorithm in MODEL_FREE and actor.side not in SIDES:
            raise SettingError("--canvas", actor.side, f"a model-free critic sees {', '.join(map(str, SIDES))} pixels")
        if config.algorithm == "ddpg-model-based":
            agent = ModelBased(**parts)
        else:
            agent = ModelFree(side=actor.side, patches=1 if config.algorithm == "ddpg" else PATCHES, **parts)
        replay = ReplayBuffer.fitting(
            config.replay // distributed.ranks(),
            side=actor.side,
            values=config.bundle * policy.brush.size,
            device=device,
        )
    direct, warm_start = config.direct_weight, config.warm_start
    if config.algorithm in MODEL_FREE:
        warm_start = 0.0
    return Learner(
        policy=policy,
        actor=actor,
        world=world,
        agent=agent,
        replay=replay,
        adversary=adversary,
        learning_rate=config.learning_rate,
        critic_learning_rate=config.critic_learning_rate,
        decay=config.average,
        direct_weight=(1.0 if policy.head == "dense" else 0.0) if direct is None else direct,
        value_weight=config.value_weight,
        critic_batch=max(1, config.critic_batch // distributed.ranks()),
        warm_start=0.3 if warm_start is None else warm_start,
        colour_weight=config.colour_weight,
        stubby_weight=config.stubby_weight,
        elongation=config.elongation,
        seed=config.seed + distributed.rank(),
        compiled=config.compile,
        captures=config.graphs,
    )
