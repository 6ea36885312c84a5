"""Processes that share the batches of a trainer.

Read in this order: `part`, `colleagues`, `shared`, `crew`, `worker`.
"""
