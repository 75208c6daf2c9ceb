"""The experiments of "Learning to Paint with Model-based Deep Reinforcement Learning" (ICCV 2019), repeated."""

INSTALL = 'python -m pip install -e ".[train]"'
"""What brings along all that experiments need, in the program's folder."""
