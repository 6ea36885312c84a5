"""Threads of the matrix library. One a process: with more, it collapses as soon as anything else wants a core."""

from __future__ import annotations

from functools import cache


@cache
def one_blas_thread() -> None:
    """Let matrix products of this process use one thread from now on."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")
