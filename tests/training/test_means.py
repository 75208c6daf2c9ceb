"""Means of what updates tell."""

from __future__ import annotations

import pytest
import torch

from training.means import Means


def test_a_mean_is_over_the_updates_that_told_it_and_begins_anew_when_read() -> None:
    means = Means()
    means.add({"loss": torch.tensor(1.0)})
    means.add({"loss": torch.tensor(4.0), "critic": torch.tensor(10.0)})

    assert means.read() == {"loss": 2.5, "critic": 10.0}
    assert means.read() == {}
    means.add({"loss": torch.tensor(7.0)})
    assert means.read() == {"loss": 7.0}


def test_nothing_is_lost_of_small_numbers_beside_large_ones() -> None:
    means = Means()
    for value in (1.0, *[2.0**-11] * 2048):
        means.add({"loss": torch.tensor(value, dtype=torch.bfloat16)})

    assert means.read() == {"loss": pytest.approx(2 / 2049, rel=1e-12)}


def test_adding_does_not_wait_for_the_device() -> None:
    # Tensors on the meta device have no values: to read one is an error there.
    means = Means()
    for _ in range(2):
        means.add({"loss": torch.empty((), device="meta")})

    with pytest.raises(RuntimeError):
        means.read()
