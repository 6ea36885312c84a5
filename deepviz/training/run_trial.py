"""How long runs will take and how much memory, before they are begun: by a few steps of some of them, made here.

Runs of a grid differ in what a step computes, so the smallest, the largest and some between are tried; the time of a
step of the others is taken to lie on the lines between them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from deepviz.datasets.prepared import PreparedData
from deepviz.document.memory import Needs, training_bytes
from deepviz.document.project import Project
from deepviz.document.shapes import Report, check
from deepviz.engine.trainer import Diverged
from deepviz.training.run_plan import PROBES, RunPlan, facts_of

MOST_TRIED = 4
BUDGET = 0.15
"""Seconds for which a thread computes steps of one run."""
PORTIONS = 3
"""Into how many portions these are cut; the fastest counts, because a busy machine only ever makes steps slower."""
FEWEST = 2
"""Steps of a portion at least; the first one of all, which takes longer, is in none."""
HEAVIEST = 2e11
"""Multiply-accumulates of a step above which nothing is tried: one step would take longer than anybody waits."""
PROCESS_BYTES = 52 << 20
"""What a process of DeepViz takes before it has a network: 52 MiB with the smallest one, on Linux with NumPy 2."""


def work_of(project: Project, report: Report) -> float:
    """Multiply-accumulates of the forward pass of one step."""
    return float(sum(count or 0 for count in report.macs.values()) * project.plan.run.batch_size)


def chosen(works: Sequence[float]) -> list[float]:
    """Those amounts of work that are tried: at most `MOST_TRIED`, the smallest and the largest among them."""
    different = sorted(set(works))
    if len(different) <= MOST_TRIED:
        return different
    places = np.linspace(0, len(different) - 1, MOST_TRIED).round().astype(int)
    return [different[place] for place in places]


def seconds_a_step(
    project: Project,
    data: PreparedData,
    is_wanted: Callable[[], bool] = lambda: True,
    own: Callable[[], float] = time.thread_time,
) -> float | None:
    """For how long a thread computes a step; None if no step can be made, or nobody wants it any more.

    While other programs have the core, or the window has the interpreter, the clock of the thread stands still: a run
    of the queue is a program of its own, which waits for neither as long as there are cores enough.

    Parameters
    ----------
    project, data
        What is trained, on what.
    is_wanted
        Asked after each step.
    own
        Gives for how long the thread that asks has computed, in seconds.
    """
    made, began, portions = 0, 0.0, list[float]()
    try:
        trainer = RunPlan(project, data).trainer(PROBES)
        trainer.end_with(1 << 30)
        for record in trainer.steps():
            now = own()
            if not is_wanted():
                return None
            made = 0 if record.step == 1 else made + 1
            if made == 0 or (now - began >= BUDGET / PORTIONS and made >= FEWEST):
                portions += [(now - began) / made] if made else []
                made, began = 0, now
            if len(portions) == PORTIONS:
                break
    except Diverged:
        pass  # how long its steps took is known all the same
    except (ValueError, MemoryError):
        return None
    if not portions and made:
        portions.append((own() - began) / made)  # it diverged before there was a whole one
    return min(portions) if portions else None


def seconds_of_steps(paces: Mapping[float, float], work: float) -> float:
    """The time of a step of so much work, by those that were measured; there is at least one."""
    works = sorted(paces)
    return float(np.interp(work, works, [paces[each] for each in works]))


def memory_of(project: Project, data: PreparedData) -> int:
    """Bytes that a process takes which trains this: an estimate from shapes, within a factor of two."""
    facts = facts_of(data)
    report = check(project, facts)
    nodes = {
        node: Needs(report.parameters.get(node) or 0, math.prod(shape), 2 * math.prod(shape))
        for node, shape in report.shapes.items()
        if shape is not None
    }
    parts = [part for part in (data.train, data.validation, data.test) if part is not None]
    samples = sum(np.asarray(each.x).nbytes + np.asarray(each.y).nbytes for each in parts)
    return PROCESS_BYTES + samples + training_bytes(nodes, project.plan.run.batch_size, facts.samples)
