"""Someone who has a screen to look at and a pointer to move, and no keyboard.

What is on the screen is asked of `eyes.py`; the pointer is a real one of the X server.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PATIENCE = 60.0
"""Seconds to look for something before giving up."""

FEW = 12
"""Steps of a number that are made with its small buttons; for more of them the wheel is turned."""

EYES = Path(__file__).with_name("eyes.py")

GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
QGuiApplication.primaryScreen().grabWindow(0).save(sys.argv[1]) or sys.exit("The screenshot cannot be saved.")
"""


class NotSeenError(Exception):
    """Something that should be on the screen is not."""


@dataclass(frozen=True)
class Thing:
    """Something on the screen: what it is, what is written on it, and where it is (left, top, width, height)."""

    window: int
    role: str
    name: str
    value: str
    whole: tuple[int, int, int, int]
    seen: tuple[int, int, int, int]
    chosen: bool
    disabled: bool

    @property
    def middle(self) -> tuple[int, int]:
        """The centre of what is in sight of it."""
        left, top, width, height = self.seen
        return left + width // 2, top + height // 2

    @property
    def is_in_sight(self) -> bool:
        """Whether most of it can be seen and clicked."""
        (_, _, width, height), (_, _, seen_width, seen_height) = self.whole, self.seen
        return seen_width > 0 and seen_height >= 0.8 * height > 0 and seen_width >= 0.3 * width


class PointerPerson:
    """Looks and points.

    Parameters
    ----------
    process
        A running `eyes.py`.
    environment
        The environment of programs on its screen.
    """

    def __init__(self, process: subprocess.Popen[str], environment: Mapping[str, str]) -> None:
        self._process, self._environment = process, environment

    # Looking

    def look(self) -> list[Thing]:
        """Everything on the screen."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write("look\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise NotSeenError(f"DeepViz has ended with status {self._process.wait(5)}.")
        return [_thing(**each) for each in json.loads(line)]

    def all_of(self, role: str, name: str) -> list[Thing]:
        """Everything of a role whose name matches a pattern from its beginning to its end."""
        return [each for each in self.look() if each.role == role and re.fullmatch(name, each.name)]

    def find(self, role: str, name: str, seconds: float = PATIENCE) -> Thing:
        """The thing of a role whose name matches a pattern; waits until it is in sight and the only one."""
        until = time.monotonic() + seconds
        while True:
            found = [each for each in self.all_of(role, name) if each.is_in_sight]
            if len(found) == 1:
                return found[0]
            if time.monotonic() > until:
                seen = [each for each in self.look() if each.name and each.is_in_sight]
                words = ", ".join(f"{each.role} {each.name!r}" for each in seen)
                raise NotSeenError(f"{len(found)} things are a {role} called {name!r}. On the screen: {words}")
            time.sleep(0.05)

    def wait_until(self, what: str, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Look again and again until something holds."""
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                raise NotSeenError(f"Waited {seconds:g} s in vain until {what}.")
            time.sleep(0.1)

    def shoot(self, path: Path) -> None:
        """Save a picture of the whole screen."""
        subprocess.run([sys.executable, "-c", GRAB, str(path)], env=self._environment, check=True, timeout=PATIENCE)

    # Pointing

    def do(self, *words: object) -> None:
        """Give orders to the pointer."""
        subprocess.run(["xdotool", *map(str, words)], env=self._environment, check=True, timeout=PATIENCE)

    def move_to(self, x: int, y: int) -> None:
        """Move the pointer."""
        self.do("mousemove", x, y, "sleep", 0.03)

    def click_at(self, x: int, y: int) -> None:
        """Click at a place."""
        self.do("mousemove", x, y, "sleep", 0.05, "click", 1, "sleep", 0.05)

    def click(self, role: str, name: str) -> Thing:
        """Click a thing."""
        found = self.find(role, name)
        self.click_at(*found.middle)
        return found

    def drag(self, start: tuple[int, int], end: tuple[int, int], steps: int = 14) -> None:
        """Press at a place, move to another one as a hand does, and let go."""
        path: list[object] = []
        for step in range(1, steps + 1):
            x, y = (round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True))
            path += ["mousemove", x, y, "sleep", 0.015]
        self.do("mousemove", *start, "sleep", 0.05, "mousedown", 1, "sleep", 0.05, *path, "sleep", 0.15, "mouseup", 1)
        time.sleep(0.15)

    def choose_in_menu(self, *names: str) -> None:
        """Go through the menu and its menus to an entry."""
        self.click("ButtonMenu", "Menu")
        for name in names:
            self.click("MenuItem", name)

    def choose_in_list(self, name: str, entry: str) -> None:
        """Open a list of choices and click one."""
        self.click("ComboBox", name)
        self.wait_until("the list is open", lambda: bool(self.all_of("ListItem", entry)))
        self.click("ListItem", entry)

    def scroll_to(self, role: str, name: str, within: Thing) -> Thing:
        """Turn the wheel over something until a thing in it is in sight: down to the end, and from the beginning."""

        def seen() -> list[Thing]:
            return [each for each in self.all_of(role, name) if each.window == within.window and each.is_in_sight]

        for turns in (0, *[-1] * 8, 60, *[-1] * 20):
            if turns:
                wheel = ("click", "--repeat", abs(turns) * 2, "--delay", 8, 4 if turns > 0 else 5)
                self.do("mousemove", *within.middle, *wheel, "sleep", 0.05)
            if found := seen():
                return found[0]
        raise NotSeenError(f"No {role} called {name!r} comes into sight.")

    def set_number(self, name: str, wanted: int) -> None:
        """Bring a number, or both of a pair, to a value with its small buttons, and with the wheel if that is far."""
        for _ in range(10):
            box = self.find("SpinBox", name)
            missing = wanted - int(re.split(r"\D", box.value.replace("\u202f", ""))[0])
            if not missing:
                return
            left, top, width, height = box.seen
            if abs(missing) > FEW:
                self.click_at(left + width // 3, top + height // 2)
                self.do("click", "--repeat", abs(missing), "--delay", 12, 4 if missing > 0 else 5)
            else:
                self.do("mousemove", left + width - 10, top + (height // 4 if missing > 0 else 3 * height // 4))
                self.do("click", "--repeat", abs(missing), "--delay", 60, 1)
            time.sleep(0.2)
        raise NotSeenError(f"{name} does not come to {wanted}.")


def _thing(whole: list[int], seen: list[int], **others: Any) -> Thing:
    (a, b, c, d), (e, f, g, h) = whole, seen
    return Thing(whole=(a, b, c, d), seen=(e, f, g, h), **others)


@contextlib.contextmanager
def person_at(environment: Mapping[str, str], log: IO[str]) -> Iterator[PointerPerson]:
    """Start DeepViz on a screen, with someone in front of it; end it in any case."""
    command = [sys.executable, str(EYES)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=log, text=True)
    try:
        yield PointerPerson(process, environment)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
