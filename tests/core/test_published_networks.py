"""The published checkpoints load: their networks, restated here plainly and apart from ours, give the same numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from core.observation import coordinate_planes, observe
from core.weights import load_actor, load_renderer


class BasicBlock(nn.Module):
    def __init__(self, in_planes: int, planes: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, kernel_size=3, stride=stride, padding=1, bias=False)
        self.conv2 = nn.Conv2d(planes, planes, kernel_size=3, stride=1, padding=1, bias=False)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_planes != planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_planes, planes, kernel_size=1, stride=stride, bias=False), nn.BatchNorm2d(planes)
            )
        self.bn1 = nn.BatchNorm2d(planes)
        self.bn2 = nn.BatchNorm2d(planes)

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = out + self.shortcut(x)
        return F.relu(out)


class ResNet(nn.Module):
    def __init__(self, num_inputs: int = 9, depth: int = 18, num_outputs: int = 65) -> None:
        super().__init__()
        assert depth == 18, "only this depth was published"
        self.conv1 = nn.Conv2d(num_inputs, 64, kernel_size=3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(BasicBlock(64, 64, 2), BasicBlock(64, 64, 1))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128, 1))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256, 1))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512, 1))
        self.fc = nn.Linear(512, num_outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer1(x)
        x = self.layer2(x)
        x = self.layer3(x)
        x = self.layer4(x)
        x = F.avg_pool2d(x, 4)
        x = x.view(x.size(0), -1)
        x = self.fc(x)
        return torch.sigmoid(x)


class FCN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(10, 512)
        self.fc2 = nn.Linear(512, 1024)
        self.fc3 = nn.Linear(1024, 2048)
        self.fc4 = nn.Linear(2048, 4096)
        self.conv1 = nn.Conv2d(16, 32, 3, 1, 1)
        self.conv2 = nn.Conv2d(32, 32, 3, 1, 1)
        self.conv3 = nn.Conv2d(8, 16, 3, 1, 1)
        self.conv4 = nn.Conv2d(16, 16, 3, 1, 1)
        self.conv5 = nn.Conv2d(4, 8, 3, 1, 1)
        self.conv6 = nn.Conv2d(8, 4, 3, 1, 1)
        self.pixel_shuffle = nn.PixelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = F.relu(self.fc3(x))
        x = F.relu(self.fc4(x))
        x = x.view(-1, 16, 16, 16)
        x = F.relu(self.conv1(x))
        x = self.pixel_shuffle(self.conv2(x))
        x = F.relu(self.conv3(x))
        x = self.pixel_shuffle(self.conv4(x))
        x = F.relu(self.conv5(x))
        x = self.pixel_shuffle(self.conv6(x))
        x = torch.sigmoid(x)
        return 1 - x.view(-1, 128, 128)


@pytest.fixture(scope="module")
def published_actor() -> nn.Module:
    """With statistics and scales as after training: none at their initial 0 or 1."""
    torch.manual_seed(1)
    network = ResNet(9, 18, 65)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.2)
            module.get_buffer("running_mean").normal_(0, 0.2)
            module.get_buffer("running_var").uniform_(0.5, 1.5)
            module.get_buffer("num_batches_tracked").fill_(1234)
    return network.eval()


@pytest.fixture(scope="module")
def published_renderer() -> nn.Module:
    """With weights doubled, so that its picture is not the flat grey of a fresh network."""
    torch.manual_seed(2)
    network = FCN()
    for parameter in network.parameters():
        parameter.data.mul_(2)
    return network.eval()


@torch.no_grad()
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_the_published_actor_emits_the_same_bundle(published_actor: nn.Module, tmp_path: Path, zipped: bool) -> None:
    torch.save(published_actor.state_dict(), tmp_path / "actor.pkl", _use_new_zipfile_serialization=zipped)
    observation = torch.rand(2, 9, 128, 128, generator=torch.Generator().manual_seed(3))

    loaded = load_actor(tmp_path / "actor.pkl", stroke_type="bezier")
    theirs = published_actor(observation)

    assert theirs.shape == (2, 65)
    assert theirs.std() > 0.01, "a bundle all of one value would prove nothing"
    assert torch.allclose(loaded.actor(observation), theirs, rtol=0, atol=1e-5)


@torch.no_grad()
def test_the_published_renderer_draws_one_minus_our_coverage(published_renderer: nn.Module, tmp_path: Path) -> None:
    torch.save(published_renderer.state_dict(), tmp_path / "renderer.pkl")
    shapes = torch.rand(3, 10, generator=torch.Generator().manual_seed(4))

    loaded = load_renderer(tmp_path / "renderer.pkl", stroke_type="bezier")
    theirs = published_renderer(shapes)

    assert theirs.shape == (3, 128, 128)
    assert theirs.std() > 0.01, "a flat picture would prove nothing"
    assert torch.allclose(loaded.renderer(shapes), 1 - theirs, rtol=0, atol=1e-5)


def test_the_published_actor_sees_and_emits_blue_first(published_actor: nn.Module, tmp_path: Path) -> None:
    torch.save(published_actor.state_dict(), tmp_path / "actor.pkl")

    assert load_actor(tmp_path / "actor.pkl", stroke_type="bezier").bgr is True


def test_the_published_actors_keys_and_shapes(published_actor: nn.Module, tmp_path: Path) -> None:
    torch.save(published_actor.state_dict(), tmp_path / "actor.pkl")

    values = load_actor(tmp_path / "actor.pkl", stroke_type="bezier").actor.state_dict()

    assert len(values) == 128
    assert values["conv1.weight"].shape == (64, 9, 3, 3)
    assert values["bn1.running_var"].shape == (64,)
    assert values["layer1.0.shortcut.0.weight"].shape == (64, 64, 1, 1)
    assert values["layer2.0.shortcut.0.weight"].shape == (128, 64, 1, 1)
    assert values["layer2.0.shortcut.1.running_mean"].shape == (128,)
    assert values["layer4.1.conv2.weight"].shape == (512, 512, 3, 3)
    assert values["fc.weight"].shape == (65, 512)
    assert values["bn1.num_batches_tracked"] == 1234
    assert "conv1.bias" not in values
    assert "layer1.1.shortcut.0.weight" not in values


def test_the_published_renderers_keys_and_shapes(published_renderer: nn.Module, tmp_path: Path) -> None:
    torch.save(published_renderer.state_dict(), tmp_path / "renderer.pkl")

    values = load_renderer(tmp_path / "renderer.pkl", stroke_type="bezier").renderer.state_dict()

    assert len(values) == 20
    assert values["fc1.weight"].shape == (512, 10)
    assert values["fc4.weight"].shape == (4096, 2048)
    assert values["conv1.weight"].shape == (32, 16, 3, 3)
    assert values["conv5.weight"].shape == (8, 4, 3, 3)
    assert values["conv6.bias"].shape == (4,)


def test_the_observation_is_canvas_target_step_row_column_with_blue_first() -> None:
    red, green, blue = 0.1, 0.2, 0.3
    canvas = torch.tensor([red, green, blue]).reshape(1, 3, 1, 1).expand(1, 3, 2, 2)
    target = canvas + 0.5

    seen = observe(canvas, target, torch.tensor([0.25]), coordinate_planes(2), bgr=True)

    expected = [
        [[0.3, 0.3], [0.3, 0.3]],
        [[0.2, 0.2], [0.2, 0.2]],
        [[0.1, 0.1], [0.1, 0.1]],
        [[0.8, 0.8], [0.8, 0.8]],
        [[0.7, 0.7], [0.7, 0.7]],
        [[0.6, 0.6], [0.6, 0.6]],
        [[0.25, 0.25], [0.25, 0.25]],
        [[0.0, 0.0], [1.0, 1.0]],
        [[0.0, 1.0], [0.0, 1.0]],
    ]
    assert torch.allclose(seen, torch.tensor([expected]))
