"""Measures what watching a run costs: ``python -m tests.benchmarks live [--screen] [--minutes N] [--json]``.

A whole window with its live views trains, and between its turns `deepviz train` makes the same steps without one. The
figures are kept in ``benchmarks/live.json``; they decide nothing about the exit status.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks import machine

if TYPE_CHECKING:
    from deepviz.document.project import Project

ROOT = Path(__file__).parents[2]
LATEST = ROOT / "benchmarks" / "live.json"
SPEED_BARS = {"784-512-256-10": 0.90, "2-16-16-2": 0.60}
"""What share of the steps a second of `deepviz train` is left with all views of a first start open, at least."""
LATE_P99, LATE_MAX = 33.0, 100.0
"""Milliseconds that the event loop may be late while a run goes on."""
GROWTH = 1.0
"""MB a minute that the memory may grow, after a warm-up."""
EFFECT = 100.0
"""Milliseconds until a command has taken effect, or as long as one batch takes."""
CLOSING = 2.0
"""Seconds until the program has ended, with status 0, when its window is closed while it trains."""
LONG, SHORT_HISTORY = 10.0, 1 << 14
"""Where memory is watched for fewer minutes, so many steps are kept, because otherwise it takes as long to fill it."""
SECTIONS = ("speed", "memory", "commands", "closing")

Row = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Measure, print and keep."""
    options = parsed(arguments)
    if options.closing:
        from tests.benchmarks import live_window

        return live_window.close_while_training(options.closing)
    if not options.screen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is first imported
    rows = []
    for row in measured(options):
        rows.append(row)
        if not options.json:
            print(line(row), flush=True)
    result = {"machine": machine.describe(), "screen": options.screen, "rows": rows}
    if options.json:
        print(json.dumps(result, indent=2))
    if not options.no_keep and not options.only:
        LATEST.parent.mkdir(exist_ok=True)
        LATEST.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; ends the program with status 2 if they make no sense."""
    parser = argparse.ArgumentParser(prog="live", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--screen", action="store_true", help="on the real screen; by default Qt paints into memory")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each side; the median counts (default 7)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long a turn is (default 2)")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long memory is watched (default 1)")
    parser.add_argument("--warm-up", type=float, default=1.0, help="minutes before that (default 1)")
    parser.add_argument(
        "--most-steps", type=int, help="how many steps the history keeps meanwhile, so that it is full soon"
    )
    parser.add_argument("--commands", type=int, default=500, help="how often to start, pause, step and stop")
    parser.add_argument("--only", choices=SECTIONS, help="only this part")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON and nothing else")
    parser.add_argument("--no-keep", action="store_true", help="leave the file of results as it is")
    parser.add_argument("--closing", metavar="NAME", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def line(row: Row) -> str:
    """A row as people read it."""
    met = "" if row["bar"] is None else "  met" if row["met"] else "  NOT MET"
    bar = "" if row["bar"] is None else f"  (bar: {'at least' if row['at_least'] else 'at most'} {row['bar']:g})"
    more = "".join(f"  {name} {value}" for name, value in row["more"].items())
    return f"{row['name']:44} {row['value']:10.3f} {row['unit']:7}{bar}{met}{more}"


def row_of(
    name: str, value: float, unit: str, bar: float | None = None, *, at_least: bool = False, **more: object
) -> Row:
    """What was measured, and whether it is good enough."""
    met = bar is None or (value >= bar if at_least else value <= bar)
    date = datetime.now(UTC).date().isoformat()
    rounded = float(f"{value:.4g}")
    return {
        "name": name, "value": rounded, "unit": unit, "bar": bar, "at_least": at_least, "met": met,
        "more": more, "date": date,
    }  # fmt: skip


def measured(options: argparse.Namespace) -> Iterator[Row]:
    """All rows, or those of one part."""
    from tests.benchmarks import live_window

    with TemporaryDirectory() as folder:
        home, projects = Path(folder), live_window.PROJECTS
        wanted = [section for section in SECTIONS if options.only in (None, section)]
        if "speed" in wanted:
            for name in SPEED_BARS:
                yield from speed_rows(name, projects[name](home), home, options.rounds, options.seconds)
        if "memory" in wanted:
            most = options.most_steps or (SHORT_HISTORY if options.warm_up + options.minutes < LONG else None)
            yield memory_row(live_window.toy(), options.warm_up, options.minutes, most)
        if "commands" in wanted:
            yield from command_rows(live_window.toy(), options.commands)
        if "closing" in wanted:
            for name in projects:
                yield closing_row(name)


def speed_rows(name: str, project: Project, folder: Path, rounds: int, seconds: float) -> Iterator[Row]:
    """How fast a run is in a window and without one, turn by turn, and how late the event loop is meanwhile."""
    from deepviz.document.file_format import save
    from tests.benchmarks.live_window import Window

    path = folder / f"{name}.deepviz"
    save(project, path)
    free = free_cores()
    window = Window(project)
    views = [view.key for view in window.bench.views.visible]
    steps = 200
    while (taken := headless(path, steps)[1]) < seconds / 2:
        steps = round(steps * min(20.0, 1.1 * seconds / max(taken, 1e-3)))
    window.train()
    window.work(max(1.0, seconds))
    ratios, costs = [], []
    window.late.clear()
    before = headless(path, steps)[0]
    for _ in range(rounds):
        window.train()
        speed = window.speed(seconds)
        costs.append(window.watching_cost)
        window.rest()
        after = headless(path, steps)[0]
        ratios.append(2 * speed / (before + after))
        before = after
    late = np.array(window.late)
    window.close()
    ratio = float(np.median(ratios))
    alike = 1 - ratio * before / headless(path, steps, folder / "run.csv")[0]
    spread = f"{min(ratios):.3f}-{max(ratios):.3f}"
    cores = f"{min(free, free_cores()):.2f}"
    yield row_of(
        f"{name}: steps/s, window : train", ratio, "", SPEED_BARS[name], at_least=True,
        rounds=spread, train=f"{before:,.0f}/s", views=",".join(views), free_cores=cores,
    )  # fmt: skip
    yield row_of(
        f"{name}: cost in the status bar", float(np.median(costs)), "",
        measured=f"{1 - ratio:.3f}", beside_train_with_history=f"{alike:.3f}",
    )  # fmt: skip
    yield row_of(f"{name}: event loop late, p99", float(np.percentile(late, 99)), "ms", LATE_P99, beats=len(late))
    yield row_of(f"{name}: event loop late, worst", float(late.max()), "ms", LATE_MAX)


def headless(path: Path, steps: int, history: Path | None = None) -> tuple[float, float]:
    """Steps a second of `deepviz train`, and the seconds that it trained; with a file that keeps what is measured."""
    command = [sys.executable, "-m", "deepviz", "train", str(path), "--steps", str(steps), "--quiet", "--json"]
    command += [] if history is None else ["--history", str(history)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds = float(json.loads(done.stdout)["seconds"])
    return steps / seconds, seconds


def memory_row(project: Project, warm_up: float, minutes: float, most_steps: int | None = None) -> Row:
    """How much the memory of a window grows that trains as fast as it can."""
    from tests.benchmarks.live_window import Window, resident

    window = Window(project)
    window.train()
    if most_steps is not None:
        window.bench.controller.history.most_steps = most_steps
    window.work(60 * warm_up)
    times, sizes = [], []
    start = time.perf_counter()
    while (passed := time.perf_counter() - start) < 60 * minutes:
        window.work(min(2.0, max(0.1, 60 * minutes - passed)))
        times.append((time.perf_counter() - start) / 60)
        sizes.append(resident() / 1e6)
    steps, history = window.step, window.bench.controller.history
    window.close()
    growth = float(np.polyfit(times, sizes, 1)[0]) if len(times) > 1 else float("nan")
    return row_of(
        "2-16-16-2: memory", growth, "MB/min", GROWTH, minutes=f"{minutes:g} after {warm_up:g}",
        now=f"{sizes[-1]:.0f} MB", steps=f"{steps:,}", every=history.every, most_steps=f"{history.most_steps:,}",
    )  # fmt: skip


def command_rows(project: Project, count: int) -> Iterator[Row]:
    """How long random commands take until they have taken effect, one after another."""
    from tests.benchmarks.live_window import Window

    window, choices = Window(project), random.Random(0)
    taken: dict[str, list[float]] = {}
    for _ in range(count):
        window.until_time(choices.uniform(0.0, 0.05))
        kind = choices.choice(window.possible_commands())
        taken.setdefault(kind, []).append(1000 * window.command(kind))
    window.close()
    times = np.concatenate([np.array(each) for each in taken.values()])
    p50, p99, most = (float(each) for each in np.percentile(times, (50, 99, 100)))
    kinds = {kind: f"{max(each):.0f}" for kind, each in taken.items()}
    yield row_of(
        f"{count} commands: take effect, p99", p99, "ms", EFFECT, median=f"{p50:.1f}", worst=f"{most:.1f}", **kinds
    )


def closing_row(name: str) -> Row:
    """How long it takes from closing the window of a run to the end of the program."""
    command = [sys.executable, "-m", "tests.benchmarks", "live", "--closing", name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()  # when the window was told to close
        status = process.wait(120)
        ended = time.time()
    taken = ended - float(said) if said and status == 0 else float("inf")
    return row_of(f"{name}: closed while it trains", taken, "s", CLOSING, status=status)


def free_cores() -> float:
    """How many of two cores are free: what two processes get that do nothing but compute."""
    code = (
        "import time; start, own = time.perf_counter(), time.process_time()\n"
        "while time.perf_counter() - start < 0.5: pass\n"
        "print((time.process_time() - own) / 0.5)"
    )
    both = [subprocess.Popen([sys.executable, "-S", "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return sum(float(each.communicate()[0]) for each in both)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
