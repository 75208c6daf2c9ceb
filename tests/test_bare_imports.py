"""Training runs where there is little but torch: no compiler of ours, no readers of pictures, nothing of the window."""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import torch

import training
from core.brushes import BEZIER
from core.geometry import Size
from core.rasteriser.differentiable import stroke_alpha

ABSENT = (
    "array_api_compat", "click", "imageio", "imageio_ffmpeg", "matplotlib", "numba", "orjson", "PIL", "PySide6",
    "scipy", "skimage", "tensorboard", "tqdm",
)  # fmt: skip
CORE = (
    "core.actor", "core.files", "core.observation", "core.proposals", "core.rasteriser.differentiable",
    "core.renderer", "core.resampling", "core.weights",
)  # fmt: skip
SIZE = Size(40, 40)
WITHOUT = f"import sys; sys.modules.update(dict.fromkeys({ABSENT}))\n"  # None there makes an import fail
IMPORT = "import importlib; [importlib.import_module(name) for name in {names}]\n"
DRAW = """
import torch
from core.brushes import BEZIER
from core.geometry import Size
from core.rasteriser.differentiable import stroke_alpha
shape = torch.load(sys.argv[1]).requires_grad_()
alpha = stroke_alpha(BEZIER, shape, Size{size})
alpha.square().sum().backward()
torch.save((alpha.detach(), shape.grad), sys.argv[1])
"""


def _run(program: str, *arguments: str) -> str:
    """What a process of its own has to say that knows none of `ABSENT`; nothing where all went well."""
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT + program, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stderr


def test_what_is_absent_cannot_be_imported() -> None:
    assert "ModuleNotFoundError: import of numba halted" in _run("import numba")


def test_what_training_needs_of_the_core_is_there() -> None:
    assert _run(IMPORT.format(names=CORE)) == ""


def test_every_module_of_training_can_be_imported() -> None:
    names = tuple(module.name for module in pkgutil.walk_packages(training.__path__, "training."))

    assert len(names) > 20
    assert _run(IMPORT.format(names=names)) == ""


def test_strokes_and_gradients_are_those_of_the_compiled_path(tmp_path: Path) -> None:
    shape = torch.rand(30, 10, generator=torch.Generator().manual_seed(0))
    torch.save(shape, tmp_path / "strokes.pt")
    alpha = stroke_alpha(BEZIER, shape.requires_grad_(), SIZE)
    alpha.square().sum().backward()

    assert _run(DRAW.format(size=tuple(SIZE)), str(tmp_path / "strokes.pt")) == ""

    bare, gradient = torch.load(tmp_path / "strokes.pt")
    torch.testing.assert_close(bare, alpha.detach(), rtol=0, atol=1e-4)
    torch.testing.assert_close(gradient, shape.grad, rtol=1e-3, atol=1e-3)
