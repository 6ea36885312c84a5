"""A LeNet-5, built from an empty canvas with the pointer alone, on a real X screen, trained and saved.

Run as a program (`.ci/run` does). Needs Xvfb, xdotool and openbox. Fails if anything is not where a person would look
for it, if the saved network is not a LeNet-5, or if it has not learnt to read digits. Saves a picture of every stage.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pointer_person import NotSeenError, PointerPerson, Thing, person_at
from smoke_window import SmokeError, screen


class Step(NamedTuple):
    """One layer: its name and group in the palette, and what is set on it: numbers, and choices in lists."""

    layer: str
    group: str
    numbers: Mapping[str, int] = {}


NETWORK = (
    Step("Input", "Input and output"),
    Step("UpSample2D", "Merge and shape", {"Times": 4}),  # digits of 8 x 8 become the 32 x 32 that LeNet-5 was made for
    Step("Conv2D", "Convolution", {"Filters": 6, "Kernel": 5}),
    Step("ReLU", "Activation"),
    Step("MaxPool2D", "Pooling"),
    Step("Conv2D", "Convolution", {"Filters": 16, "Kernel": 5}),
    Step("ReLU", "Activation"),
    Step("MaxPool2D", "Pooling"),
    Step("Flatten", "Merge and shape"),
    Step("Dense", "Core", {"Units": 120}),
    Step("ReLU", "Activation"),
    Step("Dense", "Core", {"Units": 84}),
    Step("ReLU", "Activation"),
    Step("Dense", "Core"),  # its units are what the repair is for
    Step("Cross-entropy", "Loss"),
)
"""A LeNet-5 from data to loss."""

LAYERS = [
    ("Input", []),
    ("UpSample2D", []),
    ("Conv2D", [6, 5]),
    ("ReLU", []),
    ("MaxPool2D", []),
    ("Conv2D", [16, 5]),
    ("ReLU", []),
    ("MaxPool2D", []),
    ("Flatten", []),
    ("Dense", [120]),
    ("ReLU", []),
    ("Dense", [84]),
    ("ReLU", []),
    ("Dense", [10]),
    ("SoftmaxCrossEntropy", []),
]
"""What a saved file has to have: filters, rows of the kernel, units. The parameters, below, prove the connections."""

PARAMETERS = 61_706
"""As in LeCun et al. (1998), with all connections made and no trained pooling."""

EPOCHS, ACCURACY = 8, 0.9
SIZES = {"1280x800": (3, 215, 126), "1920x1080": (5, 224, 170)}
"""Screens, and how cards are laid on them: columns, and from one to the next across and down."""

MARGIN = 16
"""How much narrower than the screen a window may be that fills it."""

HALF_CARD = 85
"""From the middle of a card to its ports, at 100 %."""


class Story:
    """Someone at a screen, step by step.

    Parameters
    ----------
    person
        Who looks and points.
    size
        The size of the screen.
    folder
        Where pictures go.
    name
        What their names begin with.
    """

    def __init__(self, person: PointerPerson, size: str, folder: Path, name: str) -> None:
        self.person, self.folder, self.name = person, folder, name
        self.columns, self.across, self.down = SIZES[size]
        self.width = int(size.split("x")[0])
        self.shots = 0

    def shoot(self, what: str) -> None:
        """Take a picture of a stage."""
        self.shots += 1
        self.person.shoot(self.folder / f"{self.name}-{self.shots}-{what}.png")

    def begin(self, light: bool) -> None:
        """From the first start to an empty canvas in the Build workspace, in the wanted colours."""
        self.person.find("Button", "Run")
        self.person.wait_until("the window manager has placed it", lambda: self.window().whole[1] > 0)
        left, top, width, _ = self.window().whole
        if width < self.width - MARGIN:  # the screen has more room: a double click on the title takes it
            self.person.do("mousemove", left + width // 4, top - 8, "click", "--repeat", 2, "--delay", 60, 1)
            self.person.wait_until("it is maximised", lambda: self.window().whole[2] >= self.width - MARGIN)
        self.shoot("first start")
        self.person.click("Button", "Skip all")
        self.person.choose_in_menu("File", "New project")
        self.person.find("Button", "Start from a template")
        if light:
            self.person.choose_in_menu("View", "Dark or light")
        self.shoot("empty")
        self.person.click("CheckBox", "Build")

    def window(self) -> Thing:
        """The window."""
        return self.person.find("Window", ".*DeepViz")

    def choose_data(self) -> None:
        """Choose the digits."""
        self.person.click("PageTab", "Data")
        self.person.choose_in_list("Spirals", "Digits 8 x 8")
        self.person.find("StaticText", "One sample: 8 × 8 × 1")
        self.person.move_to(*self.person.find("Client", "Network").middle)
        self.shoot("data")
        self.person.click("PageTab", "Layer")

    def place_of(self, number: int) -> tuple[int, int]:
        """Where the middle of the card of a step is to be."""
        canvas = self.person.find("Client", "Network")
        left, top, width, height = canvas.seen
        rows = -(-len(NETWORK) // self.columns)
        row, column = divmod(number, self.columns)
        x = left + width // 2 + round((column - (self.columns - 1) / 2) * self.across)
        return x, top + height // 2 + round((row - (rows - 1) / 2) * self.down)

    def in_palette(self, step: Step) -> Thing:
        """The row of a layer, once its group is open and it is in sight."""
        everything = self.person.find("List", "Layers to place")
        row, heading = f"{step.layer}, {step.group}", f"{step.group}, .*closed"
        found = self.person.scroll_to("ListItem", f"{row}|{heading}", everything)
        if found.name.endswith("closed"):
            self.person.click_at(*found.middle)
            found = self.person.scroll_to("ListItem", row, everything)
        return found

    def place(self, number: int) -> None:
        """Drag a layer to its place, connect it if it lies too far from the one before, and set it."""
        step, middle = NETWORK[number], self.place_of(number)
        row = self.in_palette(step)
        self.person.drag(row.middle, middle)
        self.person.find("Button", f"Undo (Add|Insert) {step.layer}.*")
        if number and number % self.columns == 0:
            before = self.place_of(number - 1)
            self.person.drag((before[0] + HALF_CARD, before[1]), (middle[0] - HALF_CARD, middle[1]))
        for name, value in step.numbers.items():
            self.person.set_number(name, value)

    def mend(self) -> None:
        """Take the offer for the number of outputs."""
        self.person.find("Button", "1 problem.*")
        self.shoot("a problem")
        self.person.click("Button", "Set units to 10.*")
        self.person.find("Button", "Ready to train · 61.706 parameters.*")
        self.shoot("built")

    def train(self) -> None:
        """Run until some epochs are done, then pause."""
        self.person.click("CheckBox", "Train")
        self.person.click("Button", "Run")
        self.person.find("Button", "Pause")
        self.person.wait_until(f"epoch {EPOCHS} is done", lambda: self.epoch() > EPOCHS, 300)
        self.person.click("Button", "Pause")
        self.person.find("Button", "Resume|Run")
        self.shoot("trained")

    def epoch(self) -> int:
        """The epoch that is written in the line at the bottom."""
        for thing in self.person.look():
            words = thing.name + thing.value
            if thing.role == "StaticText" and " epoch " in f" {words}" and " of " in words:
                return int("".join(filter(str.isdigit, words.split("epoch ")[1].split(" of ")[0])) or 0)
        return 0

    def save(self, home: Path) -> Path:
        """Save it under the name and in the folder that are offered."""
        self.person.choose_in_menu("File", "Save")
        self.person.click("Button", "Save|&Save")
        self.person.wait_until("a file is saved", lambda: any(home.rglob("*.deepviz")))
        self.person.wait_until("the title says so", lambda: not self.person.all_of("Window", "untitled.*\\*.*"))
        (file,) = (path for path in home.rglob("*.deepviz") if "sessions" not in path.parts)
        return file


def layers_of(nodes: list[dict[str, Any]]) -> list[tuple[str, list[int]]]:
    """The layers of a saved network in their order, each with the numbers that make it a LeNet-5."""
    telling = ("filters", "kernel_size", "units")
    found = []
    for node in nodes:
        values = [node["layer"][name] for name in telling if name in node["layer"]]
        found.append((node["layer"]["type"], [each[0] if isinstance(each, list) else each for each in values]))
    return found


def judge(file: Path) -> str:
    """Find out from outside whether a saved project is a LeNet-5 that reads digits. Gives a line about it."""
    with zipfile.ZipFile(file) as archive:
        nodes = json.loads(archive.read("project.json"))["graph"]["nodes"]
    if layers_of(nodes) != LAYERS:
        raise NotSeenError(f"The saved network has the layers {layers_of(nodes)}, a LeNet-5 has {LAYERS}.")
    deepviz = str(Path(sys.executable).with_name("deepviz"))
    done = subprocess.run([deepviz, "evaluate", str(file), "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotSeenError(f"The saved project cannot be evaluated: {done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    if result["parameters"] != PARAMETERS:
        raise NotSeenError(f"The saved network has {result['parameters']} parameters, a LeNet-5 has {PARAMETERS}.")
    accuracy = result["test"]["accuracy"]
    if accuracy <= ACCURACY:
        raise NotSeenError(f"It reads only {accuracy:.1%} of the digits that it was not trained on.")
    return f"It reads {accuracy:.1%} of the digits that it was not trained on."


def build(size: str, light: bool, folder: Path) -> str:
    """Build it once on a screen of a size. Gives a line about the outcome."""
    name = f"lenet-{size}-{'light' if light else 'dark'}"
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home, screen(Path(home), size) as environment:
        log_path = Path(home) / "deepviz.log"
        with log_path.open("w") as log, person_at(environment, log) as person:
            story = Story(person, size, folder, name)
            try:
                story.begin(light)
                story.choose_data()
                for number in range(len(NETWORK)):
                    story.place(number)
                story.mend()
                story.train()
                verdict = judge(story.save(Path(home)))
            except (NotSeenError, subprocess.SubprocessError) as error:
                story.shoot("FAILED")
                raise NotSeenError(f"{error}\nIt wrote:\n{log_path.read_text()[-4000:]}") from None
        if "Traceback" in log_path.read_text():
            raise NotSeenError(f"It wrote a traceback:\n{log_path.read_text()[-4000:]}")
    return f"{name}: {verdict} {time.monotonic() - began:.0f} s"


def main() -> int:
    """Build it on each screen; status 0 if all is well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, default=Path("build/lenet"), help="the folder for the pictures")
    parser.add_argument("--size", choices=SIZES, help="one size of screen (default: both)")
    parser.add_argument("--theme", choices=("dark", "light"), help="dark or light (default: small dark, large light)")
    arguments = parser.parse_args()
    folder = arguments.pictures.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the screen is ended as well
    try:
        for size in [arguments.size] if arguments.size else SIZES:
            theme = arguments.theme or ("dark" if size == min(SIZES) else "light")
            print(build(size, theme == "light", folder))
    except (NotSeenError, SmokeError, OSError) as error:
        print(f"LeNet-5 by pointer: {error}", file=sys.stderr)
        return 1
    print(f"Pictures: {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
