"""A real window, smoke tested: DeepViz is started on an X screen of its own, looked at, and closed as a person would.

Run as a program (`.ci/run` does). Needs Xvfb, xdotool and openbox. Fails if the window is not up in time, if nothing is
painted in it, or if closing it through the window manager does not end the program with status 0.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

TITLE = "DeepViz"
STARTS = 3  # the first one warms the disk; the best of the others counts
MOST_STARTS = 8  # if the best is too late: a machine can be busy for a while
PATIENCE = 60.0  # seconds to wait for anything before giving up
AGAIN = 6.0  # seconds after which a key that did nothing is pressed again
FEWEST_COLOURS = 30  # an empty window has a handful

# Run on the screen under test by a program of its own, since Qt opens one display a process.
GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
screen = QGuiApplication.primaryScreen()
screen.grabWindow(0).save(sys.argv[1]) or sys.exit("The screenshot cannot be saved.")
image = screen.grabWindow(int(sys.argv[2])).toImage()
print(len({image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}))
"""


class SmokeError(Exception):
    """The window did not do what it should."""


def wait_for(what: str, ready: Callable[[], str], seconds: float = PATIENCE) -> str:
    """Ask until there is an answer, and give it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = ready()
        if answer:
            return answer
        time.sleep(0.02)
    raise SmokeError(f"Waited {seconds:g} s for {what} in vain.")


def output_of(command: list[str], environment: Mapping[str, str]) -> str:
    """What a command prints if it succeeds, otherwise nothing."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


@contextlib.contextmanager
def running(command: list[str], environment: Mapping[str, str], log: IO[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a program in the background, and end it in any case."""
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def screen(home: Path, size: str = "1280x800") -> Iterator[dict[str, str]]:
    """An X screen of a size with a window manager; gives the environment of a new user's programs on it."""
    number_file, log_file = home / "display", home / "screen.log"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "WAYLAND_", "QT_"))
    }
    environment |= {"HOME": str(home), "QT_QPA_PLATFORM": "xcb"}
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(log_file.open("w"))
        # Xvfb chooses a free number by itself and writes it to descriptor 3.
        server = f"exec Xvfb -displayfd 3 -screen 0 {size}x24 -nolisten tcp 3>'{number_file}'"
        stack.enter_context(running(["sh", "-c", server], environment, log))
        wait_for("Xvfb", lambda: number_file.read_text().strip() if number_file.exists() else "")
        environment["DISPLAY"] = f":{number_file.read_text().strip()}"
        stack.enter_context(running(["openbox", "--sm-disable"], environment, log))
        wait_for("openbox", lambda: output_of(["xdotool", "get_num_desktops"], environment))
        yield environment


def closing(process: subprocess.Popen[str], identity: str, environment: Mapping[str, str]) -> Callable[[], str]:
    """Something to ask whether a program has ended. It presses Alt+F4, and again when that has done nothing for long.

    A window manager that is still busy can lose a key; a person would press it again. A program that hangs does not
    end however often it is pressed.
    """
    close = ["xdotool", "windowactivate", "--sync", identity, "key", "--clearmodifiers", "alt+F4"]
    pressed = float("-inf")

    def has_ended() -> str:
        nonlocal pressed
        if process.poll() is not None:
            return "ended"
        if time.monotonic() - pressed > AGAIN:
            pressed = time.monotonic()
            subprocess.run(close, env=environment, check=False, timeout=PATIENCE)
        return ""

    return has_ended


def seconds_without_a_core(process: int) -> float:
    """How long the main thread of a process could have run, but others had the processor; 0 where nobody tells."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def start_look_close(command: list[str], environment: Mapping[str, str], home: Path, screenshot: Path) -> float:
    """Start DeepViz, wait for its window, look at it and close it.

    Returns
    -------
    float
        Seconds from the command to the window, without those in which others had the processor.
    """
    log_path = home / "deepviz.log"
    with log_path.open("w") as log:
        began = time.monotonic()
        with running(command, environment, log) as process:
            search = ["xdotool", "search", "--onlyvisible", "--name", TITLE]

            def window() -> str:
                if process.poll() is not None:
                    raise SmokeError(f"DeepViz ended with status {process.returncode} before its window was up.")
                return output_of(search, environment).split("\n")[0]

            try:
                identity = wait_for("the window", window)
                seconds = time.monotonic() - began - seconds_without_a_core(process.pid)
                grab = [sys.executable, "-c", GRAB, str(screenshot), identity]
                wait_for(
                    "a painted window",
                    lambda: "yes" if int(output_of(grab, environment) or 0) >= FEWEST_COLOURS else "",
                )
                wait_for("DeepViz to end after Alt+F4", closing(process, identity, environment))
                if process.returncode != 0:
                    raise SmokeError(f"DeepViz ended with status {process.returncode} after Alt+F4.")
                if "Traceback" in log_path.read_text():
                    raise SmokeError("DeepViz wrote a traceback.")
            except SmokeError as error:
                raise SmokeError(f"{error} It wrote:\n{log_path.read_text()[-4000:]}") from None
    return seconds


def main() -> int:
    """Run the smoke test; status 0 if all is well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=float, default=2.0, help="seconds until the window must be up (default 2)")
    parser.add_argument(
        "--screenshot", type=Path, default=Path("build/smoke-window.png"), help="where to save a picture"
    )
    parser.add_argument("command", nargs="*", help="what to start (default: the deepviz installed beside this Python)")
    arguments = parser.parse_args()
    screenshot = arguments.screenshot.resolve()
    screenshot.parent.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the screen is ended as well
    command = arguments.command or [str(Path(sys.executable).with_name("deepviz"))]
    try:
        with tempfile.TemporaryDirectory() as folder, screen(Path(folder)) as environment:
            seconds = [start_look_close(command, environment, Path(folder), screenshot) for _ in range(STARTS)]
            while min(seconds[1:]) > arguments.limit and len(seconds) < MOST_STARTS:
                seconds.append(start_look_close(command, environment, Path(folder), screenshot))
        print("The window was up after " + ", ".join(f"{each:.2f}" for each in seconds) + f" s. Picture: {screenshot}")
        if min(seconds[1:]) > arguments.limit:
            raise SmokeError(f"That is later than {arguments.limit:g} s on a warm disk.")
    except (SmokeError, OSError) as error:
        print(f"Smoke test of the window: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
