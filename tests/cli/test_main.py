"""Requests: help at once, one plain line for what is wrong, and no Qt unless a window or a picture is asked for."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from deepviz import __version__, cli
from deepviz.cli.parser import COMMANDS
from deepviz.document import examples
from deepviz.document.project import Project
from tests.cli.commands import Caller, in_a_process

LATER = ("predict", "import", "diagnose", "explain", "verify")


def test_help_lists_every_command_and_no_other(deepviz: Caller) -> None:
    answer = deepviz.done("--help")
    for name, text in COMMANDS.items():
        assert f" {name} " in answer.out
        assert text in " ".join(answer.out.split())
    assert not any(f" {name} " in answer.out for name in LATER)
    assert answer.err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_file_and_help(deepviz: Caller, command: str) -> None:
    assert f"usage: deepviz {command}" in deepviz.done(command, "--help").out
    assert (Path(cli.__file__).parent / f"{command}.py").is_file()


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_the_project_comes_before_options_that_take_several_files(deepviz: Caller, command: str) -> None:
    assert deepviz.done(command, "--help").out.startswith(f"usage: deepviz {command} PROJECT [OPTION ...]\n")
    assert "PROJECT" in deepviz.refused(command, "--data", "images", "labels", "xor")


def test_version(deepviz: Caller) -> None:
    assert deepviz.done("--version").out == f"deepviz {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"]])
def test_help_is_answered_at_once_and_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        f"import sys; from deepviz import cli; status = cli.main({arguments});"
        "heavy = {'numpy', 'pydantic', 'PySide6', 'safetensors'};"
        "print(sorted(heavy & set(sys.modules)), sorted(name for name in sys.modules if name.startswith('deepviz.')));"
        "sys.exit(status)"
    )
    answer = in_a_process(program=program)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.endswith("\n[] ['deepviz.cli', 'deepviz.cli.parser']\n"), "all else would be waited for"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("foo",), "there is no command, project file or example foo; commands are train, evaluate"),
        (("foo",), "built-in examples are spirals, perceptron"),
        (("spirals", "xor"), "the window opens one project; xor is too much"),
        (("gone.deepviz",), "there is no file gone.deepviz"),
        (("--foo",), "--foo"),
        (("train",), "PROJECT"),
        (("train", "spirals", "--foo"), "--foo"),
        (("train", "spirals", "--epoch", "3"), "--epoch"),
        (("train", "spirals", "--epochs", "x"), "'x'"),
        (("train", "spirals", "--epochs", "3", "--steps", "3"), "not allowed with"),
        (("train", "spirals", "--steps", "0"), "must be at least 1, not 0"),
        (("train", "gone"), "there is no project gone; built-in examples are spirals, perceptron"),
        (("train", "gone.deepviz"), "There is no file gone.deepviz"),
        (("evaluate", "."), ". is a folder"),
        (("export", "spirals"), "FILE"),
        (("export", "spirals", "w.txt"), "w.txt: weights are exported as .npz, .safetensors, not as .txt"),
        (("export", "spirals", "w"), "the name has to end in one of them"),
        (("export", "spirals", "gone/w.npz"), "there is no folder"),
        (("render", "spirals", "a.bmp"), "a picture is written as .svg, .png or .pdf"),
        (("train", "mnist-mlp"), "mnist-mlp learns from files of your own; name them: --data IMAGES LABELS"),
        (("evaluate", "mnist-mlp"), "--data IMAGES LABELS"),
        (("gradcheck", "mnist-mlp"), "--data IMAGES LABELS"),
        (("predict", "spirals"), "there is no command, project file or example predict"),
    ],
)
def test_a_wrong_request_is_answered_in_one_line(deepviz: Caller, arguments: tuple[str, ...], words: str) -> None:
    assert words in deepviz.refused(*arguments)


def test_a_file_that_is_no_project_is_told_as_such(deepviz: Caller, tmp_path: Path) -> None:
    (tmp_path / "x.deepviz").write_bytes(b"hello")
    for arguments in (("train", "x.deepviz"), ("evaluate", "x.deepviz"), ("export", "x.deepviz", "w.npz")):
        assert "x.deepviz is not a DeepViz project" in deepviz.refused(*arguments)


def test_an_example_is_found_even_beside_a_folder_of_its_name(deepviz: Caller, tmp_path: Path) -> None:
    (tmp_path / "xor").mkdir()
    deepviz.done("export", "xor", "w.npz")


class FakeScreen:
    """Notes what it is asked to do."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def window(self, project: str | Project | None) -> int:
        self.asked.append(("window", project))
        return 0

    def render(self, project: Project, path: Path) -> None:
        self.asked.append(("render", project.name, str(path)))

    def tour(self, folder: str) -> int:
        self.asked.append(("tour", folder))
        return 0


def test_what_needs_a_screen_is_handed_over(deepviz: Caller, tmp_path: Path) -> None:
    (tmp_path / "mine.deepviz").write_bytes(b"the window says what is wrong with it")
    (tmp_path / "anything").write_bytes(b"")
    screen = FakeScreen()
    for arguments in ([], ["mine.deepviz"], ["anything"], ["render", "xor", "a.svg"], ["tour"], ["tour", "--out", "b"]):
        assert deepviz(*arguments, screen=screen).status == 0
    assert screen.asked == [
        ("window", None),
        ("window", "mine.deepviz"),
        ("window", "anything"),
        ("render", "xor", "a.svg"),
        ("tour", "tour"),
        ("tour", "b"),
    ]
    assert "needs Qt" in deepviz.refused("tour", status=1)
    assert "too much" in deepviz.refused("mine.deepviz", "more")


@pytest.mark.parametrize("name", examples.names())
def test_the_window_opens_an_example_by_its_name(deepviz: Caller, name: str) -> None:
    screen = FakeScreen()
    assert deepviz(name, screen=screen).status == 0
    assert screen.asked == [("window", examples.open_example(name))]


def test_a_file_or_folder_goes_before_an_example_of_its_name(deepviz: Caller, tmp_path: Path) -> None:
    (tmp_path / "xor").write_bytes(b"the window says what is wrong with it")
    (tmp_path / "iris").mkdir()
    screen = FakeScreen()
    assert deepviz("xor", screen=screen).status == 0
    assert screen.asked == [("window", "xor")]
    assert "iris is a folder." in deepviz.refused("iris")


def test_a_picture_that_cannot_be_written_is_a_job_that_failed(deepviz: Caller) -> None:
    class Full(FakeScreen):
        def render(self, project: Project, path: Path) -> None:
            raise OSError(28, "No space left on device")

    answer = deepviz("render", "xor", "a.svg", screen=Full())
    assert answer.status == 1
    assert answer.err == "deepviz: error: a.svg could not be written: No space left on device\n"


def test_render_draws_without_a_display(tmp_path: Path) -> None:
    for name in ("a.svg", "a.png", "a.pdf"):
        answer = in_a_process("render", "xor", tmp_path / name, DISPLAY=None, WAYLAND_DISPLAY=None)
        assert answer.status == 0, answer.err
        assert answer.out == f"Wrote {tmp_path / name}\n"
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-1.")


@pytest.mark.skipif(sys.platform != "linux", reason="displays are named by variables on Linux")
def test_a_window_without_a_display_is_refused_in_words() -> None:
    answer = in_a_process(DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)
    assert answer.status == 1
    assert "there is no display to open a window on" in answer.err
    assert answer.err.count("\n") == 1


def test_jobs_without_a_screen_never_import_qt(tmp_path: Path) -> None:
    program = (
        "import sys, json; from deepviz import cli\n"
        "for line in json.loads(sys.argv[1]):\n"
        "    assert cli.main(line) == 0, line\n"
        "qt = ('PySide6', 'shiboken6', 'pyqtgraph', 'deepviz.gui')\n"
        "assert not [name for name in sys.modules if name.startswith(qt)]"
    )
    saved = str(tmp_path / "x.deepviz")
    lines = [
        ["train", "xor", "--epochs", "2", "--save", saved, "--export", str(tmp_path / "w.npz"), "--quiet"],
        ["evaluate", saved],
        ["export", saved, str(tmp_path / "w.safetensors")],
        ["gradcheck", saved],
        *([name] for name in ("examples", "datasets", "layers")),
    ]
    answer = in_a_process(json.dumps(lines), program=program)
    assert answer.status == 0, answer.err
