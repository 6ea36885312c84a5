"""Settings come back as they were set, and a spoiled file costs nothing but what was spoiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepviz.gui import settings
from deepviz.gui.settings import Setting, Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deepviz.ini"


def test_declarations_are_whole() -> None:
    keys = [setting.key for setting in settings.SETTINGS]
    assert len(set(keys)) == len(keys)
    declared = {id(value) for value in vars(settings).values() if isinstance(value, Setting)}
    declared |= {id(value) for value in settings.WINDOW_STATES.values()}
    assert {id(setting) for setting in settings.SETTINGS} == declared, "each declared setting is in the table"
    for setting in settings.SETTINGS:
        assert setting.key.count("/") == 1
        assert setting.help.endswith(".")
        assert not setting.choices or setting.default in setting.choices


def test_defaults_until_set(path: Path) -> None:
    kept = Settings(path)
    for setting in settings.SETTINGS:
        assert kept.get(setting) == setting.default  # type: ignore[arg-type]


def test_values_survive_a_restart(path: Path) -> None:
    before = Settings(path)
    before.set(settings.THEME, "light")
    before.set(settings.MINIMAP, False)
    before.set(settings.HINTS_SHOWN, 3)
    before.set(settings.GEOMETRY, bytes(range(256)))
    before.set(settings.WINDOW_STATES["train"], b"train")
    before.set(settings.EXPORT_FOLDER, "/a, b/ü = ; #")
    before.set(settings.RECENT_FILES, ("/one.deepviz", '/two, "three".deepviz'))
    assert before.save()
    after = Settings(path)
    assert after.get(settings.THEME) == "light"
    assert after.get(settings.MINIMAP) is False
    assert after.get(settings.HINTS_SHOWN) == 3
    assert after.get(settings.GEOMETRY) == bytes(range(256))
    assert after.get(settings.WINDOW_STATES["train"]) == b"train"
    assert after.get(settings.WINDOW_STATES["build"]) == b""
    assert after.get(settings.EXPORT_FOLDER) == "/a, b/ü = ; #"
    assert after.get(settings.RECENT_FILES) == ("/one.deepviz", '/two, "three".deepviz')
    after.forget(settings.THEME)
    assert after.get(settings.THEME) == "system"


@pytest.mark.parametrize(
    "text",
    [
        "[look]\ntheme=pink\nmotion=perhaps\n[hints]\nshown=lots\n[window]\ngeometry=%%%\n[files]\nrecent=[1, 2]\n",
        "[look]\ntheme=dark, light\nmotion=\n[hints]\nshown=-1\n[window]\ngeometry=@ByteArray(\\x1\\xff)\n"
        "[files]\nrecent={\n",
        "[hints]\nshown=1e999\n[files]\nrecent=" + "[" * 5000 + "\n",
        "not an ini file at all",
    ],
)
def test_nonsense_counts_as_never_set(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    kept = Settings(path)
    for setting in settings.SETTINGS:
        assert kept.get(setting) == setting.default  # type: ignore[arg-type]
    kept.set(settings.THEME, "dark")
    assert kept.save()
    assert Settings(path).get(settings.THEME) == "dark"


def test_binary_rubbish_is_survived(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)
    kept = Settings(path)
    assert kept.get(settings.THEME) == "system"
    kept.set(settings.MINIMAP, False)
    assert kept.save()
    assert Settings(path).get(settings.MINIMAP) is False


def test_text_typed_by_hand_may_hold_commas(path: Path) -> None:
    path.write_text("[files]\nexport_folder=/home/me/nets, old\n", encoding="utf-8")
    assert Settings(path).get(settings.EXPORT_FOLDER) == "/home/me/nets, old"


def test_wrong_values_are_refused(path: Path) -> None:
    kept = Settings(path)
    with pytest.raises(ValueError, match="look/theme cannot be 'pink'"):
        kept.set(settings.THEME, "pink")
    with pytest.raises(TypeError, match="look/minimap is of type bool, not int"):
        kept.set(settings.MINIMAP, 1)
    with pytest.raises(ValueError, match="hints/shown cannot be above 100"):
        kept.set(settings.HINTS_SHOWN, 101)
    assert kept.get(settings.THEME) == "system"


def test_recent_files_are_few_and_the_newest_comes_first(path: Path, tmp_path: Path) -> None:
    kept = Settings(path)
    projects = [tmp_path / f"{number}.deepviz" for number in range(12)]
    for project in projects:
        kept.add_recent_file(project)
    assert kept.get(settings.RECENT_FILES) == tuple(map(str, projects[:1:-1]))
    kept.add_recent_file(projects[5])
    assert kept.get(settings.RECENT_FILES)[0] == str(projects[5])
    assert len(kept.get(settings.RECENT_FILES)) == settings.MOST_RECENT_FILES
    kept.forget_recent_file(projects[5])
    assert str(projects[5]) not in kept.get(settings.RECENT_FILES)


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept = Settings(tmp_path / "file" / "deepviz.ini")
    kept.set(settings.MINIMAP, False)
    assert not kept.save()


def test_the_users_own_file_is_an_ini_file() -> None:
    assert Settings().path.suffix == ".ini"
    assert "DeepViz" in Settings().path.parts
