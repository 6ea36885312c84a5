#!/usr/bin/env python3
"""Start DeepViz from a checkout: one command, on any machine with Python 3.11 or newer.

    python3 run.py [ARGUMENTS]            open the window, or run one of deepviz's own commands
    python3 run.py test [ARGUMENTS]       run the tests; arguments go to pytest
    python3 run.py bench [NAME ...]       measure the speed here, against PyTorch

The first start makes the folder .venv and installs what is needed into it; later ones go straight on.
`python3 run.py layers` and the like run a command of deepviz; `python3 run.py train --help` explains one.
"""

# An old Python must be able to read all of this, so that it can say that it is too old.
import ctypes
import hashlib
import importlib
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Callable, Dict, List, Mapping, NoReturn, Sequence, Tuple

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
ALL_TESTS = ["-n", "auto", "--maxprocesses", "8", "--dist", "loadfile"]  # all of them, on all cores
STAMP = VENV / "deepviz-stamp.json"

# Qt's shared libraries and the Debian packages that hold them: first what Qt needs in any case ...
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libX11.so.6": "libx11-6",
}
# ... and what it needs besides to open a window on X11, or on Wayland alone.
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND_LIBRARIES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}

# What pip says when it fails, what that means, and what can be done. The first that matches is it.
PIP_FAILURES = [
    (
        r"No space left on device|\[?Errno 28\b|Disk quota exceeded|not enough space on the disk",
        "The disk is full: {free}.",
        "Free about 1 GB and run this again; it goes on where it stopped.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED",
        "The package index shows a certificate that this machine does not trust.",
        "Behind a company's proxy, point the variable PIP_CERT to its certificate file. Otherwise check the clock.",
    ),
    (
        r"Failed to establish a new connection|NameResolutionError|Temporary failure in name resolution|ProxyError"
        r"|Name or service not known|getaddrinfo failed|Network is unreachable|No route to host|Connection refused"
        r"|Connection reset|Connection aborted|ConnectTimeoutError|ReadTimeoutError|IncompleteRead",
        "The package index cannot be reached, and not everything that DeepViz needs is here yet.",
        "Connect to the network for the first start (about 120 MB) and run this again. Later ones need none.\n"
        "Behind a proxy, set the variable https_proxy. A mirror or a folder of wheels can be named in pip's settings.",
    ),
    (
        r"Permission denied|\[?Errno 13\b|Read-only file system",
        "The folder {root} cannot be written to.",
        "Copy it to a folder of your own and run it there.",
    ),
    (
        r"No matching distribution found for (?P<name>[\w.-]+)",
        "There is no {name} for this machine with Python {python}.",
        "Try another Python from 3.11 to 3.14, a 64-bit one (for instance: python3.12 run.py).",
    ),
    (
        r"",
        "The installation failed. The last it said:\n  {last}",
        "If nothing there helps, delete .venv and run this again.",
    ),
]

# Run by the Python in .venv: succeeds if DeepViz is linked to this checkout and all it needs is there.
CHECK_INSTALLED = """
import pathlib, sys, tomllib, deepviz
from importlib.metadata import version
from pip._vendor.packaging.requirements import Requirement
root, extras = pathlib.Path(sys.argv[1]), sys.argv[2:]
version("deepviz")
assert pathlib.Path(deepviz.__file__).resolve().parents[1] == root, "linked to another checkout"
project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
lists = [project["dependencies"]] + [project["optional-dependencies"][extra] for extra in extras]
for requirement in (Requirement(text) for texts in lists for text in texts):
    assert requirement.specifier.contains(version(requirement.name), prereleases=True), requirement
"""


class StartError(Exception):
    """DeepViz cannot be started; says what happened and, after that, what can be done."""

    def __init__(self, what: str, way_on: str) -> None:
        super().__init__("DeepViz: " + what + "".join("\n  " + line for line in way_on.splitlines()))


def say(text: str) -> None:
    """Tell the person something; standard output belongs to the program that is started."""
    print(text, file=sys.stderr, flush=True)


def run(command: Sequence[str]) -> Tuple[bool, str]:
    """Run a command; whether it ended with status 0, and what it printed."""
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=both, text=True, errors="replace")
    except OSError as error:
        return False, str(error)
    return done.returncode == 0, done.stdout


def replace_process(command: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Become the given command, so that its signals and exit status are its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":  # there is no such thing on Windows
        sys.exit(subprocess.call(command, env=dict(environment)))
    os.execve(command[0], list(command), dict(environment))


# ------------------------------------------------------------------------------------------------- what is here


def check_python(version: Tuple[int, int], arguments: Sequence[str]) -> None:
    """Go on with a newer Python of this machine if this one is too old, or say what is needed."""
    if version >= OLDEST:
        return
    old = "Python {}.{} is too old".format(*version)
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        if found and run([found, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])[0]:
            say(f"DeepViz: {old}; going on with {found}.")
            replace_process([found, str(ROOT / "run.py"), *arguments], os.environ)
    raise StartError(
        f"{old}, and there is no newer one here. DeepViz needs Python 3.11 or newer.",
        "Install one (from python.org, or with your system's package manager) and run: python3.12 run.py",
    )


def why_no_display(environment: Mapping[str, str]) -> str:
    """Why no window can open here, or nothing if one can."""
    if not sys.platform.startswith("linux"):
        return ""
    platform = environment.get("QT_QPA_PLATFORM", "").split(":")[0]
    if platform in ("offscreen", "minimal"):
        return f"QT_QPA_PLATFORM is {platform}"
    if platform in ("vnc", "linuxfb", "eglfs") or environment.get("WAYLAND_DISPLAY"):
        return ""
    display = environment.get("DISPLAY", "")
    if not display:
        return "there is no display here"
    return "" if display_answers(display) else f"the display {display} does not answer"


def display_answers(display: str) -> bool:
    """Whether an X server listens at `display`, for instance ":0" or "localhost:10.0"."""
    match = re.match(r"^(?:unix)?([^:/]*):(\d+)(?:\.\d+)?$", display)
    if not match:
        return True  # an unusual name: Qt will know
    host, number = match.group(1), int(match.group(2))
    sockets: List[Any] = [f"/tmp/.X11-unix/X{number}", f"\0/tmp/.X11-unix/X{number}"]
    for address in [(host, 6000 + number)] if host else sockets:
        with socket.socket(socket.AF_INET if host else socket.AF_UNIX) as connection:
            connection.settimeout(3)
            if succeeds(connection.connect, address):
                return True
    return False


def succeeds(call: Callable[..., Any], argument: Any) -> bool:
    """Whether a call goes through without an error of the operating system."""
    try:
        call(argument)
    except OSError:
        return False
    return True


def missing_parts(libraries: Mapping[str, str], needs_venv: bool) -> Dict[str, str]:
    """What of the system is missing, and the Debian package of each: shared libraries, the module that makes .venv."""
    missing = {library: package for library, package in libraries.items() if not succeeds(ctypes.CDLL, library)}
    if needs_venv and not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        missing["Python's module ensurepip"] = "python{}.{}-venv".format(*sys.version_info)
    return missing


def install_packages(missing: Mapping[str, str]) -> None:
    """Install Debian packages if that is possible without asking for a password, or stop with the line that does."""
    what = f"Parts of the system that it needs are not here: {', '.join(missing)}."
    packages = " ".join(missing.values())
    line = f"apt-get install -y --no-install-recommends {packages}"
    if not shutil.which("apt-get"):
        raise StartError(what, f"Install them with the system's package manager (on Debian: {packages}).")
    root = os.geteuid() == 0
    if not root and not run(["sudo", "-n", "true"])[0]:
        raise StartError(what, f"This line installs them; run it, then start again:\nsudo {line}")
    say(f"DeepViz: Installing parts of the system that it needs: {packages}")
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    apt = apt if root else ["sudo", "-n", *apt]
    command = [*apt, *line.split()[1:]]
    done, output = run(command)
    if not done:  # most often the lists of packages are old, or not there at all
        run([*apt, "update"])
        done, output = run(command)
    if not done:
        reasons = [text for text in output.splitlines() if text.startswith("E:")][:2]
        lines = ["apt-get could not install them:", *reasons, "Mend that (is there a network?), then run:", line]
        raise StartError(what, "\n".join(lines))
    importlib.invalidate_caches()


# --------------------------------------------------------------------------------------------- the folder .venv


def venv_python() -> Path:
    """The Python in .venv."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def venv_works() -> bool:
    """Whether .venv has a Python that starts, of the same version as this one, and pip."""
    return "(python {}.{})".format(*sys.version_info) in run([str(venv_python()), "-m", "pip", "--version"])[1]


def read_stamp() -> Dict[str, Any]:
    """What the last complete installation noted down; empty if there was none."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def prepare(extra: str, libraries: Mapping[str, str]) -> None:
    """See to it that all that is needed is here; quick when nothing is to do.

    `extra` names what .venv must have besides DeepViz itself ("test", "bench" or nothing).
    """
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    current = {"checkout": str(ROOT), "python": "{}.{}".format(*sys.version_info), "pyproject": digest}
    stamp = read_stamp()
    extras = sorted({*stamp.get("extras", []), extra} - {""})
    ready = stamp == {**current, "extras": extras} and venv_python().exists()
    works = ready or venv_works()
    missing = missing_parts(libraries if sys.platform.startswith("linux") else {}, not works)
    if missing:
        install_packages(missing)
    if ready:
        return
    try:
        if not works:
            make_environment()
        elif stamp.get("checkout", str(ROOT)) != str(ROOT):
            correct_paths(stamp["checkout"])
        if not run([str(venv_python()), "-I", "-c", CHECK_INSTALLED, str(ROOT), *extras])[0]:
            install(extras)
        STAMP.write_text(json.dumps({**current, "extras": extras}), encoding="utf-8")
    except OSError as error:
        explain_failure(str(error))


def make_environment() -> None:
    """Make .venv anew."""
    import venv  # not everywhere part of Python; by now it is here

    if os.path.lexists(str(VENV)):
        say("DeepViz: The folder .venv is broken, half made or of another Python. Making it again.")
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
    try:
        venv.create(VENV, clear=True, symlinks=os.name != "nt", with_pip=True)
    except subprocess.CalledProcessError as error:
        explain_failure(error.output.decode(errors="replace") or str(error))


def correct_paths(old: str) -> None:
    """Put the path of this checkout where the scripts of .venv and the link to DeepViz have its former one."""
    say(f"DeepViz: This checkout was at {old} before; correcting .venv.")
    site_packages = [*VENV.glob("lib/*/site-packages"), VENV / "Lib" / "site-packages"]
    links = [path for folder in site_packages for pattern in ("*.pth", "deepviz-*/*") for path in folder.glob(pattern)]
    for path in [*VENV.glob("bin/*"), *links]:
        content = b"" if path.is_symlink() or not path.is_file() else path.read_bytes()
        if os.fsencode(old) in content and b"\0" not in content:
            path.write_bytes(content.replace(os.fsencode(old), os.fsencode(str(ROOT))))


def install(extras: Sequence[str]) -> None:
    """Install DeepViz into .venv, as a link to this checkout, with what it needs."""
    say("DeepViz: Installing what it needs into .venv. This takes a minute or two, once.")
    if "bench" in extras:
        say("  PyTorch, for the comparison, is a large download.")
    target = ".[{}]".format(",".join(extras)) if extras else "."
    pip = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command = [*pip, "--progress-bar", "off", "--editable", target]
    keep: Dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
    environment = {"PIP_RETRIES": "2", **os.environ}  # by default pip takes a minute to notice a missing network
    lines = []
    with subprocess.Popen(command, cwd=str(ROOT), env=environment, **keep) as process:
        for line in process.stdout or ():
            lines.append(line)
            if re.match(r"\s*(Downloading|Installing collected)", line):
                say("  " + line.strip()[:110])
    if process.returncode != 0:
        explain_failure("".join(lines))


def explain_failure(output: str) -> NoReturn:
    """Say in plain words why the installation failed."""
    places = str(ROOT), gettempdir()
    facts = {
        "python": "{}.{}".format(*sys.version_info),
        "root": str(ROOT),
        "last": "\n  ".join(output.strip().splitlines()[-10:]),
        "free": " and ".join(f"{shutil.disk_usage(place).free >> 20} MB free in {place}" for place in places),
    }
    for pattern, what, way_on in PIP_FAILURES:
        match = re.search(pattern, output)
        if match:
            if pattern:
                way_on += "\n({})".format(re.split(r"'\)|\n", output[match.start() :])[0][:110])
            raise StartError(what.format(**facts, **match.groupdict()), way_on)
    raise AssertionError("the last pattern matches anything")


# -------------------------------------------------------------------------------------------------------- start


def start(arguments: List[str]) -> NoReturn:
    """Prepare what the arguments need, then become DeepViz, its tests or its benchmark."""
    check_python(sys.version_info[:2], arguments)
    environment = dict(os.environ)
    first = arguments[0] if arguments else ""
    if first in ("test", "bench"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
        prepare(first, QT_LIBRARIES if first == "test" else {})
        os.chdir(str(ROOT))
        module = "pytest" if first == "test" else "tests.benchmarks"
        given = arguments[1:] or (ALL_TESTS if first == "test" else [])
        replace_process([str(venv_python()), "-m", module, *given], environment)
    libraries: Dict[str, str] = {}
    if not first or first.endswith(".deepviz"):
        why = why_no_display(environment)
        if why and first:
            others = f"python3 run.py render {first} network.svg\npython3 run.py train {first}"
            raise StartError(f"The window cannot open: {why}.", f"These need none:\n{others}")
        if why:
            say(f"DeepViz: The window cannot open: {why}. Running the tour instead, into the folder tour.")
            arguments = ["tour", "--out", "tour"]
        else:
            libraries = {**QT_LIBRARIES, **(X11_LIBRARIES if environment.get("DISPLAY") else WAYLAND_LIBRARIES)}
    if arguments and arguments[0] in ("tour", "render"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
        libraries = QT_LIBRARIES
    prepare("", libraries)
    # -P: what lies in the folder that this is called from must not stand in for an installed module.
    replace_process([str(venv_python()), "-P", "-m", "deepviz", *arguments], environment)


def main(arguments: List[str]) -> int:
    """Start, or say why not. Returns only if nothing was started."""
    if arguments[:1] in (["-h"], ["--help"]):
        print((__doc__ or "").strip())
        return 0
    try:
        start(arguments)
    except StartError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("DeepViz: Interrupted. Run this again to go on.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
