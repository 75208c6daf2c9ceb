"""Networks that begin from another stroke type's weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.actor import GRID
from core.brushes import BEZIER, BEZIER_OPAQUE, BRUSHES, CIRCLE, FLAT, TRIANGLE, Brush
from core.errors import CheckpointError, SettingError
from core.geometry import Size
from core.rasteriser.differentiable import stroke_alpha
from core.renderer import NeuralRenderer
from core.weights import save_actor, save_renderer, stroke_type_in
from training.actors import new_actor, starting_actor
from training.renderers import starting_renderer

OBSERVATION = torch.rand(2, 9, 64, 64, generator=torch.Generator().manual_seed(1))


@pytest.fixture(params=["dense", "average"])
def bezier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A Bezier actor's file."""
    torch.manual_seed(0)
    actor = new_actor(BEZIER, width=0.125, side=64, head=request.param)
    with torch.no_grad():
        for parameter in actor.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    path = tmp_path / f"{request.param}.safetensors"
    save_actor(actor, path, stroke_type="bezier")
    return path


def begun(brush: Brush, path: Path) -> Tensor:
    actor = starting_actor(brush, init=path, head=None, width=None, side=None, bundle=5).eval()
    assert all(parameter.requires_grad for parameter in actor.parameters())
    bundle: Tensor = actor(OBSERVATION).detach()
    return bundle.reshape(2, -1, brush.size)


def test_an_opaque_actor_emits_what_the_bezier_actor_emits_but_for_opacities(bezier: Path) -> None:
    ours, theirs = begun(BEZIER_OPAQUE, bezier), begun(BEZIER, bezier)

    torch.testing.assert_close(ours, theirs[..., [*range(8), 10, 11, 12]], rtol=0, atol=0)


@pytest.mark.parametrize("brush", [TRIANGLE, CIRCLE, FLAT], ids=lambda brush: brush.name)
def test_another_types_actor_takes_over_eyes_and_colours_and_learns_the_rest(brush: Brush, bezier: Path) -> None:
    ours, theirs = begun(brush, bezier), begun(BEZIER, bezier)

    torch.testing.assert_close(ours[..., -3:], theirs[..., -3:], rtol=0, atol=0)
    assert ours.shape[1] == theirs.shape[1]
    own = starting_actor(brush, init=bezier, head=None, width=None, side=None, bundle=5)
    source = starting_actor(BEZIER, init=bezier, head=None, width=None, side=None, bundle=5)
    for key, values in source.state_dict().items():
        if key.startswith(("conv", "bn", "layer", "merge", "mix")):
            assert torch.equal(own.state_dict()[key], values)


@pytest.mark.parametrize("brush", BRUSHES, ids=lambda brush: brush.name)
def test_a_new_dense_actors_strokes_lie_small_over_their_own_cells(brush: Brush) -> None:
    torch.manual_seed(0)
    actor = new_actor(brush, width=0.125, side=64).eval()
    strokes = actor(OBSERVATION).detach()[0].reshape(-1, brush.size)

    alpha = stroke_alpha(brush, strokes, Size(64, 64)).double().numpy()

    rows, columns = np.mgrid[0:64, 0:64] + 0.5
    weight = alpha.sum((1, 2))
    cell = np.arange(len(strokes)) % GRID**2
    inner = (cell // GRID % 7 > 0) & (cell % GRID % 7 > 0)  # at the edge what falls off is not counted
    for axis, places in ((cell // GRID, rows), (cell % GRID, columns)):
        centre = (alpha * places).sum((1, 2)) / weight
        assert np.abs(centre - 64 * (axis + 0.5) / GRID)[inner].max() < 4
    assert weight.max() < 64 * 64 / 8
    opacities = [index for index, name in enumerate(brush.parameters) if name.startswith("opacity")]
    assert bool((strokes[:, opacities] > 0.6).all())


def test_what_is_asked_for_must_be_what_the_file_has(bezier: Path) -> None:
    with pytest.raises(SettingError, match="--width"):
        starting_actor(CIRCLE, init=bezier, head=None, width=0.25, side=None, bundle=5)


def test_an_opaque_renderer_begins_as_the_bezier_one_with_its_opacities_at_one(tmp_path: Path) -> None:
    torch.manual_seed(0)
    source = NeuralRenderer(inputs=10, width=0.125)
    save_renderer(source, tmp_path / "r.safetensors", stroke_type="bezier")
    shape = torch.rand(5, 8)

    begun = starting_renderer(BEZIER_OPAQUE, init=tmp_path / "r.safetensors", width=None)

    assert begun.training
    assert all(parameter.requires_grad for parameter in begun.parameters())
    expected = starting_renderer(BEZIER, init=tmp_path / "r.safetensors", width=None)(
        torch.cat([shape, torch.ones(5, 2)], 1)
    )
    torch.testing.assert_close(begun(shape), expected, rtol=0, atol=1e-5)


def test_another_types_renderer_takes_over_all_but_how_parameters_enter(tmp_path: Path) -> None:
    torch.manual_seed(0)
    source = NeuralRenderer(inputs=10, width=0.125)
    save_renderer(source, tmp_path / "r.safetensors", stroke_type="bezier")

    begun = starting_renderer(CIRCLE, init=tmp_path / "r.safetensors", width=None).state_dict()

    assert begun["fc1.weight"].shape == (64, 4)
    for key, values in source.state_dict().items():
        if not key.startswith("fc1."):
            torch.testing.assert_close(begun[key], values.half().float(), rtol=0, atol=0)
    with pytest.raises(SettingError, match="--width"):
        starting_renderer(CIRCLE, init=tmp_path / "r.safetensors", width=0.5)


def test_a_file_says_which_type_it_is_of(bezier: Path, tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_text("no weights")

    assert stroke_type_in(bezier) == "bezier"
    assert stroke_type_in(Path("actor.pkl")) == "bezier"  # the published ones know no other
    with pytest.raises(CheckpointError, match=r"no readable \.safetensors"):
        stroke_type_in(tmp_path / "text.safetensors")


ONE_OF_EACH = pytest.mark.parametrize("brush", BRUSHES, ids=lambda brush: brush.name)


@ONE_OF_EACH
def test_a_new_actor_of_the_published_head_emits_strokes_of_its_type(brush: Brush) -> None:
    torch.manual_seed(0)
    bundle = new_actor(brush, width=0.125, side=64, head="average", bundle=3).eval()(OBSERVATION).detach()

    assert bundle.reshape(2, 3, -1).shape == (2, 3, brush.size)
    assert 0 <= float(bundle.min()) <= float(bundle.max()) <= 1


@ONE_OF_EACH
def test_proposals_begin_in_the_middle_of_their_cells_on_average(brush: Brush) -> None:
    torch.manual_seed(0)
    # Observations, proposals a cell, the cells' rows and columns, parameters.
    strokes = new_actor(brush, width=0.125, side=64).eval()(OBSERVATION).detach().reshape(2, 2, 8, 8, brush.size)
    cells = (torch.arange(8) + 0.5) / 8

    for axis, others in (("row", (0, 1, 3)), ("column", (0, 1, 2))):
        of_axis = [brush.parameters.index(name) for name in brush.places if name.startswith(axis)]
        places = strokes[..., of_axis].mean(-1) * (1 + 2 * brush.margin) - brush.margin
        assert float((places.mean(others) - cells).abs().max()) < 1 / 32


@pytest.mark.parametrize("brush", [TRIANGLE, CIRCLE, FLAT], ids=lambda brush: brush.name)
@pytest.mark.parametrize("bezier", ["dense"], indirect=True)
def test_another_types_dense_actor_begins_with_dabs_of_its_own_type(brush: Brush, bezier: Path) -> None:
    strokes = begun(brush, bezier)
    fresh = new_actor(brush, width=0.125, side=64)
    own = starting_actor(brush, init=bezier, head=None, width=None, side=None, bundle=5)

    assert torch.equal(
        own.get_buffer("offset").view(2, brush.size, 8, 8)[:, :-3],
        fresh.get_buffer("offset").view(2, brush.size, 8, 8)[:, :-3],
    )
    assert torch.equal(own.get_buffer("floor"), fresh.get_buffer("floor"))
    alpha = stroke_alpha(brush, strokes[0], Size(64, 64)).sum((1, 2))
    assert 8 < float(alpha.mean()) < 64 * 64 / 12


def test_a_bezier_actor_begun_from_an_opaque_one_takes_only_its_colours(bezier: Path, tmp_path: Path) -> None:
    opaque = starting_actor(BEZIER_OPAQUE, init=bezier, head=None, width=None, side=None, bundle=5)
    save_actor(opaque, tmp_path / "opaque.safetensors", stroke_type="bezier-opaque")

    ours, theirs = begun(BEZIER, tmp_path / "opaque.safetensors"), begun(BEZIER_OPAQUE, tmp_path / "opaque.safetensors")

    torch.testing.assert_close(ours[..., -3:], theirs[..., -3:], rtol=0, atol=0)
    assert not torch.allclose(ours[..., :8], theirs[..., :8], atol=1e-3)


@ONE_OF_EACH
def test_a_file_of_any_type_says_so_and_is_begun_from_as_it_is(brush: Brush, tmp_path: Path) -> None:
    torch.manual_seed(0)
    actor = new_actor(brush, width=0.125, side=64)
    save_actor(actor, tmp_path / "a.safetensors", stroke_type=brush.name)

    again = starting_actor(brush, init=tmp_path / "a.safetensors", head=None, width=None, side=None, bundle=5)

    assert stroke_type_in(tmp_path / "a.safetensors") == brush.name
    for key, values in again.state_dict().items():
        torch.testing.assert_close(values, actor.state_dict()[key], rtol=0, atol=2e-3)  # kept in half precision
