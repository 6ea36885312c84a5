"""Training: a run in its own thread, what was measured during it, and its checkpoints; lists and queues of runs."""
