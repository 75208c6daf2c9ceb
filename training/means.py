"""Means of what updates tell, kept on the device until someone reads them."""

from __future__ import annotations

from torch import Tensor


class Means:
    """Running sums of scalars by name."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def add(self, values: dict[str, Tensor]) -> None:
        """Take in one update's scalars, without waiting for the device."""
        for name, value in values.items():
            self._sums[name] = value.double() + self._sums[name] if name in self._sums else value.double()
            self._counts[name] = self._counts.get(name, 0) + 1

    def read(self) -> dict[str, float]:
        """The means since the last reading; waits for the device."""
        means = {name: float(total) / self._counts[name] for name, total in self._sums.items()}
        self._sums.clear()
        self._counts.clear()
        return means
