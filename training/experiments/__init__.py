"""The experiments of "Learning to Paint with Model-based Deep Reinforcement Learning" (ICCV 2019), repeated."""
