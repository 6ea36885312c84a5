"""How long one training step takes here, side by side with PyTorch: ``python -m tests.benchmarks [NAME ...]``."""
