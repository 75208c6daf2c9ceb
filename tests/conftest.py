"""For all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

STUDIO = Path(__file__).parent / "painter_gui"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only the studio's tests answer for what reaches `sys.excepthook`: libraries may print there what they survive."""
    for item in items:
        if not item.path.is_relative_to(STUDIO):
            item.add_marker(pytest.mark.qt_no_exception_capture)


@pytest.fixture(scope="session")
def actor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a tiny, untrained painter of 32 pixels."""
    import torch  # which most tests can do without

    from core.brushes import BEZIER
    from core.weights import save_actor
    from training.actors import new_actor

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "actor.safetensors"
    save_actor(new_actor(BEZIER, width=0.125, side=32), path, stroke_type="bezier")
    return path
