"""Measures how fast the program is, beside what others do: one module a benchmark, all by the contract of `harness`."""
