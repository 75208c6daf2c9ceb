"""Which compilers of kernels there are; looked for without importing them, which takes about a second each."""

from __future__ import annotations

from importlib.util import find_spec

HAS_NUMBA = find_spec("numba") is not None
"""Training asks for little but torch, and may run where numba is missing."""

HAS_TRITON = find_spec("triton") is not None
"""It comes with torch's builds for CUDA on Linux."""
