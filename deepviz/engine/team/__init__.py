"""Processes that share the batches of a trainer: data-parallel training, in the field's words.

Each has the whole network and computes the gradients of its part of the batch. `Team.wait` is a barrier and `Team.sum`
an all-reduce; the gradients themselves are summed slice by slice (a reduce-scatter), and each process updates its own
slice of the parameters, as in ZeRO (Rajbhandari et al. 2020).

Read in this order: `part`, `colleagues`, `shared`, `crew`, `worker`.
"""
