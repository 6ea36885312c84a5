"""The table of everything that can be done: its key, words, shortcut, menu, and when it is possible.

Menus, toolbar, shortcuts and the shortcut overview all read this table. What an action runs is given by the composition
root, so nothing here knows the window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu


@dataclass(frozen=True)
class ActionRow:
    """One thing that can be done.

    Attributes
    ----------
    key
        Its name in the program.
    text, tip
        Its words in menus, and the sentence that explains it.
    menu
        Under which heading it is listed; empty: in no menu.
    shortcuts
        Key sequences in Qt's portable writing, the main one first.
    icon
        Name of its icon, or empty.
    checkable
        Whether it switches something on and off.
    separated
        Whether a line goes before it in its menu.
    everywhere
        Whether its shortcut works in the whole window; otherwise the canvas handles the key by itself.
    """

    key: str
    text: str
    tip: str
    menu: str = ""
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    separated: bool = False
    everywhere: bool = True


MENUS = ("File", "Edit", "Network", "View", "Training", "Help")

ROWS: tuple[ActionRow, ...] = (
    ActionRow("new", "New project", "Start with an empty canvas.", "File", ("Ctrl+N",)),
    ActionRow(
        "new_template",
        "New from template…",
        "Start with one of the built-in networks, ready to train.",
        "File",
        ("Ctrl+Shift+N",),
    ),
    ActionRow("open", "Open…", "Open a project from a file.", "File", ("Ctrl+O",), "open"),
    ActionRow(
        "save",
        "Save",
        "Save the project, with its weights if it has been trained.",
        "File",
        ("Ctrl+S",),
        "save",
        separated=True,
    ),
    ActionRow("save_as", "Save as…", "Save the project to another file.", "File", ("Ctrl+Shift+S",)),
    ActionRow(
        "export",
        "Export weights…",
        "Write the weights to a file for other programs.",
        "File",
        ("Ctrl+E",),
        "export",
        separated=True,
    ),
    ActionRow("picture", "Picture of the network…", "Save, copy or print a picture: SVG, PNG, PDF.", "File"),
    ActionRow(
        "copy_picture", "Copy picture", "Put a picture of the network on the clipboard.", "File", ("Ctrl+Shift+C",)
    ),
    ActionRow("print", "Print…", "Print the network on one page.", "File", ("Ctrl+P",)),
    ActionRow(
        "reopen_last",
        "Reopen the last project",
        "Whether the next start goes on where this one ended.",
        "File",
        checkable=True,
        separated=True,
    ),
    ActionRow("quit", "Quit", "Close DeepViz.", "File", ("Ctrl+Q",), separated=True),
    ActionRow("undo", "Undo", "Take the last change back.", "Edit", ("Ctrl+Z",), "undo"),
    ActionRow(
        "redo",
        "Redo",
        "Make the change again that was taken back.",
        "Edit",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "redo",
    ),
    ActionRow("history", "Undo history", "List all changes, and go back to any of them.", "Edit", ("Ctrl+Shift+H",)),
    ActionRow(
        "cut", "Cut", "Copy what is selected, and delete it.", "Edit", ("Ctrl+X",), separated=True, everywhere=False
    ),
    ActionRow("copy", "Copy", "Copy what is selected, as text.", "Edit", ("Ctrl+C",), everywhere=False),
    ActionRow("paste", "Paste", "Place what was copied, here or elsewhere.", "Edit", ("Ctrl+V",), everywhere=False),
    ActionRow("duplicate", "Duplicate", "Copy what is selected beside it.", "Edit", ("Ctrl+D",), everywhere=False),
    ActionRow(
        "delete",
        "Delete",
        "Delete what is selected; what came before is joined to what came after.",
        "Edit",
        ("Delete",),
        "delete",
        everywhere=False,
    ),
    ActionRow(
        "delete_cut",
        "Delete and cut",
        "Delete what is selected, and cut its connections.",
        "Edit",
        ("Shift+Delete",),
        everywhere=False,
    ),
    ActionRow("select_all", "Select all", "Select every layer.", "Edit", ("Ctrl+A",), everywhere=False),
    ActionRow(
        "find_layer",
        "Find a layer",
        "Go to the search field of the palette.",
        "Edit",
        ("Ctrl+F",),
        "search",
        separated=True,
    ),
    ActionRow(
        "add_layer",
        "Add layer…",
        "Choose a layer to stand behind the selected card, on the connection, or where the pointer is.",
        "Network",
        ("/",),
        everywhere=False,
    ),
    ActionRow(
        "replace",
        "Replace with…",
        "Put another layer in the place of the selected one.",
        "Network",
        ("R",),
        everywhere=False,
    ),
    ActionRow(
        "connect",
        "Connect to…",
        "Lead what the selected layer gives to another: arrows choose, Enter connects.",
        "Network",
        ("C",),
        everywhere=False,
    ),
    ActionRow("edit_card", "Edit", "Change the selected layer.", "Network", ("Return",), everywhere=False),
    ActionRow(
        "freeze",
        "Freeze, or let learn again",
        "Have training leave the selected layers as they are, or change them again. It may be done in mid-run.",
        "Network",
        ("Shift+F",),
        everywhere=False,
    ),
    ActionRow(
        "complaints", "What is wrong here", "Say what is wrong with the card.", "Network", ("P",), everywhere=False
    ),
    ActionRow(
        "group", "Group", "Make one card of what is selected.", "Network", ("Ctrl+G",), separated=True, everywhere=False
    ),
    ActionRow("ungroup", "Ungroup", "Dissolve the selected group.", "Network", ("Ctrl+Shift+G",), everywhere=False),
    ActionRow(
        "open_group",
        "Open the group, or collapse it",
        "Show what is in the selected group in place, or make one card of it.",
        "Network",
        ("O",),
        everywhere=False,
    ),
    ActionRow(
        "rename_group", "Rename the group", "Give the selected group a name.", "Network", ("F2",), everywhere=False
    ),
    ActionRow(
        "leave_group",
        "Move out of the group",
        "Take what is selected out of the group that it lies in.",
        "Network",
        ("Shift+O",),
        everywhere=False,
    ),
    ActionRow(
        "attach_all",
        "Attach activations",
        "Draw activations on the cards of their layers.",
        "Network",
        separated=True,
    ),
    ActionRow("detach_all", "Detach activations", "Draw every activation on a card of its own.", "Network"),
    ActionRow(
        "comment", "Add comment", "Write a note on the canvas.", "Network", ("N",), separated=True, everywhere=False
    ),
    ActionRow("next_comment", "Next comment", "Go to the next note.", "Network", ("Shift+N",), everywhere=False),
    ActionRow(
        "arrange", "Arrange", "Put every card in its place.", "Network", ("Ctrl+Shift+A",), "arrange", separated=True
    ),
    ActionRow("arrange_right", "Arrange from left to right", "Let data flow from the left to the right.", "Network"),
    ActionRow("arrange_down", "Arrange from top to bottom", "Let data flow from the top to the bottom.", "Network"),
    ActionRow("zoom_in", "Zoom in", "Show the canvas larger.", "View", ("Ctrl++", "Ctrl+="), "zoom_in"),
    ActionRow("zoom_out", "Zoom out", "Show the canvas smaller.", "View", ("Ctrl+-",), "zoom_out"),
    ActionRow("zoom_actual", "Actual size", "Show the canvas at 100 %.", "View", ("Ctrl+0",)),
    ActionRow("fit", "Fit the network", "Show the whole network.", "View", ("Ctrl+9",), "fit"),
    ActionRow(
        "minimap",
        "Minimap",
        "Show the whole network in a corner while a part of it is out of sight.",
        "View",
        ("M",),
        checkable=True,
        everywhere=False,
    ),
    ActionRow("outline", "Outline", "List the network in words.", "View", ("Ctrl+Shift+O",), separated=True),
    ActionRow(
        "runs",
        "Runs",
        "List finished runs: compare, repeat, queue.",
        "View",
        ("Ctrl+3",),
        checkable=True,
        separated=True,
    ),
    ActionRow("problems", "Problems", "Open or close the list of problems.", "View", ("Ctrl+Shift+M",), separated=True),
    ActionRow("bars", "Bars…", "Choose what the bars beside the layers show.", "View", ("Ctrl+Shift+B",)),
    ActionRow(
        "responses",
        "Response maps",
        "Show below each card what its units answer to, where the data have one or two inputs.",
        "View",
        ("Ctrl+Shift+E",),
        checkable=True,
    ),
    ActionRow("next_problem", "Next problem", "Go to the next problem and what mends it.", "View", ("F8",)),
    ActionRow("previous_problem", "Previous problem", "Go to the problem before.", "View", ("Shift+F8",)),
    ActionRow("views", "Live views…", "Open and close live views.", "View", ("Ctrl+Shift+V",)),
    ActionRow("next_view", "Next live view", "Put the keyboard into the next open view.", "View", ("F6",)),
    ActionRow("previous_view", "Previous live view", "Put it into the one before.", "View", ("Shift+F6",)),
    ActionRow("workspace_build", "Build workspace", "Room for the canvas.", "View", ("Ctrl+1",), separated=True),
    ActionRow("workspace_train", "Train workspace", "Canvas and curves together.", "View", ("Ctrl+2",)),
    ActionRow(
        "theme",
        "Dark or light",
        "Switch between the dark and the light look.",
        "View",
        ("Ctrl+Shift+L",),
        "theme",
        separated=True,
    ),
    ActionRow("run", "Run", "Train the network.", "Training", ("F5", "Ctrl+R"), "run"),
    ActionRow("step", "Step", "Make one training step: one batch.", "Training", ("F10",), "step"),
    ActionRow(
        "step_epoch",
        "Step one epoch",
        "Train to the end of the epoch, then pause.",
        "Training",
        ("Ctrl+F10",),
    ),
    ActionRow("run_to", "Run to…", "Train up to a step or an epoch, then pause.", "Training", ("Ctrl+Shift+F10",)),
    ActionRow("stop", "Stop", "End the run and keep its weights.", "Training", ("Shift+F5",), "stop"),
    ActionRow("reset", "Reset", "End the run and go back to fresh weights.", "Training", ("Ctrl+Shift+R",), "reset"),
    ActionRow(
        "slower", "Slower", "Make fewer steps a second, to see what happens.", "Training", ("F3",), separated=True
    ),
    ActionRow("faster", "Faster", "Make more steps a second.", "Training", ("F4",)),
    ActionRow(
        "find_rate",
        "Find a learning rate…",
        "Train a copy with rates from tiny to huge, and see where the loss falls.",
        "Training",
        ("Ctrl+Shift+F",),
        separated=True,
    ),
    ActionRow("hints", "Show the hints again", "The four hints of the first start.", "Help"),
    ActionRow("shortcuts", "Keyboard shortcuts", "List all shortcuts and gestures.", "Help", ("F1", "Ctrl+/")),
    ActionRow("about", "About DeepViz", "Version and licence.", "Help"),
)


def build(
    parent: QObject, runs: Mapping[str, Callable[[], object]], rows: Iterable[ActionRow] = ROWS
) -> dict[str, QAction]:
    """Make a QAction for each row.

    Parameters
    ----------
    parent
        What owns them.
    runs
        What each does, by key.

    Raises
    ------
    KeyError
        If a row has nothing to run.
    """
    made = {}
    for row in rows:
        hint = QKeySequence(row.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText) if row.shortcuts else ""
        # A key of the canvas is only shown: the canvas itself listens to it, so that it does not reach into fields.
        action = QAction(row.text if row.everywhere or not hint else f"{row.text}\t{hint}", parent)
        action.setCheckable(row.checkable)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in row.shortcuts if row.everywhere])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(f"{row.tip} ({hint})" if hint else row.tip)
        action.setStatusTip(row.tip)
        run = runs[row.key]
        action.triggered.connect(lambda _checked=False, run=run: run())
        made[row.key] = action
    return made


def fill_menu(menu: QMenu, actions: Mapping[str, QAction], rows: Iterable[ActionRow] = ROWS) -> dict[str, QMenu]:
    """Put the actions into submenus by their heading, and return those."""
    submenus = {title: menu.addMenu(title) for title in MENUS}
    for row in rows:
        if row.menu:
            if row.separated:
                submenus[row.menu].addSeparator()
            submenus[row.menu].addAction(actions[row.key])
    return submenus
