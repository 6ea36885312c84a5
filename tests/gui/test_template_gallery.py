"""The gallery of templates: found by search, walked through with keys, opened as an untitled project."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from deepviz.document import edits, examples
from deepviz.document.project import Project
from deepviz.gui.settings import HINTS_ON
from deepviz.gui.template_gallery import TemplateGallery, fits
from deepviz.gui.template_list import EXAMPLE, INSIDE, LEAST_CARD, figures, lines_of
from deepviz.gui.theme import DARK, LIGHT, body_font
from tests.e2e.window import OpenWindow, Person, colors_of
from tests.gui.window_hands import press_shortcut


@pytest.fixture
def gallery(person: Person) -> TemplateGallery:
    """The gallery of a window, opened with its shortcut."""
    person.bench.settings.set(HINTS_ON, False)
    person.bench.canvas.setFocus()
    press_shortcut("Ctrl+Shift+N", person.bench.canvas)
    opened = person.bench.templates
    assert opened.isVisible()
    return opened


def press(gallery: TemplateGallery, key: Qt.Key) -> None:
    QTest.keyClick(cast(QWidget, QApplication.focusWidget()), key)


def place_of(gallery: TemplateGallery, name: str) -> QPoint:
    """The middle of a card, scrolled into sight, in the viewport of the cards."""
    model = gallery.cards.model()
    for row in range(model.rowCount()):
        example = model.index(row, 0).data(EXAMPLE)
        if example is not None and example.name == name:
            gallery.cards.scrollTo(model.index(row, 0))
            return gallery.cards.visualRect(model.index(row, 0)).center()
    raise AssertionError(f"{name} is not shown")


def marked(gallery: TemplateGallery) -> str:
    return "" if gallery.cards.current is None else gallery.cards.current.name


def test_nothing_that_floats_on_the_canvas_lies_over_it(person: Person, gallery: TemplateGallery) -> None:
    window = person.bench.window
    for part in (gallery.close_button, gallery.search, gallery.cards.viewport()):
        for place in (part.rect().center(), part.rect().topRight() + QPoint(-2, 2)):
            found = window.childAt(part.mapTo(window, place))
            assert found is not None
            assert found is part or part.isAncestorOf(found), f"{found} lies over {part}"


def test_it_takes_the_place_of_the_canvas_and_gives_it_back(person: Person, gallery: TemplateGallery) -> None:
    canvas = person.bench.canvas
    room = gallery.geometry()
    assert not canvas.isVisible()
    assert gallery.search.hasFocus()
    press(gallery, Qt.Key.Key_Escape)
    assert not gallery.isVisible()
    assert canvas.geometry() == room
    assert canvas.hasFocus()


def test_all_examples_are_there_under_their_headings(gallery: TemplateGallery) -> None:
    assert gallery.cards.names == examples.names()
    model = gallery.cards.model()
    headings = [
        str(index.data()) for row in range(model.rowCount()) if (index := model.index(row, 0)).data(EXAMPLE) is None
    ]
    assert headings == list(dict.fromkeys(example.category for example in examples.catalogue()))


def test_several_cards_stand_beside_each_other_and_none_is_cut_off(gallery: TemplateGallery) -> None:
    model = gallery.cards.model()
    cards = [gallery.cards.visualRect(model.index(row, 0)) for row in range(1, 4)]
    assert len({card.top() for card in cards[:2]}) == 1
    assert all(card.right() <= gallery.cards.viewport().width() for card in cards)
    assert not any(one.intersects(other) for place, one in enumerate(cards) for other in cards[:place])


def test_a_search_narrows_and_enter_opens_what_is_marked(person: Person, gallery: TemplateGallery) -> None:
    QTest.keyClicks(gallery.search, "digits rebuild")
    assert gallery.cards.names == ["autoencoder", "denoising-autoencoder"]
    assert marked(gallery) == "autoencoder"
    press(gallery, Qt.Key.Key_Right)
    assert marked(gallery) == "autoencoder", "while there is a text, the arrow moves in it"
    press(gallery, Qt.Key.Key_Down)
    press(gallery, Qt.Key.Key_Return)
    assert person.project == examples.open_example("autoencoder")
    assert person.bench.editor.path is None, "saving asks for a file"
    assert not gallery.isVisible()
    assert person.bench.canvas.hasFocus()


def test_nothing_found_is_said_and_escape_first_clears_the_search(gallery: TemplateGallery) -> None:
    QTest.keyClicks(gallery.search, "zebra")
    assert not gallery.cards.isVisible()
    assert any("zebra" in label.text() for label in gallery.findChildren(type(gallery._nothing)))
    press(gallery, Qt.Key.Key_Return)
    press(gallery, Qt.Key.Key_Escape)
    assert gallery.cards.names == examples.names()
    assert gallery.isVisible()


def test_arrows_walk_by_rows_and_columns_across_headings(gallery: TemplateGallery) -> None:
    names = gallery.cards.names
    columns = gallery.cards.viewport().width() // gallery.cards.card_size().width()
    assert columns >= 2
    press(gallery, Qt.Key.Key_Right)
    assert marked(gallery) == names[1]
    press(gallery, Qt.Key.Key_Down)
    assert marked(gallery) == names[1 + columns]
    press(gallery, Qt.Key.Key_Up)
    press(gallery, Qt.Key.Key_Left)
    press(gallery, Qt.Key.Key_Left)
    assert marked(gallery) == names[0], "and no further"
    seen = set()
    for _ in names:
        seen.add(examples.catalogue()[names.index(marked(gallery))].category)
        press(gallery, Qt.Key.Key_Down)
    assert len(seen) == 6
    rect = gallery.cards.visualRect(gallery.cards.currentIndex())
    assert gallery.cards.viewport().rect().intersects(rect), "the marked card stays in sight"


def test_typing_on_the_cards_goes_into_the_search(gallery: TemplateGallery) -> None:
    gallery.cards.setFocus()
    QTest.keyClick(gallery.cards, Qt.Key.Key_L)
    QTest.keyClicks(gallery.search, "stm")
    assert gallery.cards.names == ["lstm"]


def test_a_double_click_opens_and_a_single_one_only_marks(person: Person, gallery: TemplateGallery) -> None:
    before, left = person.project, Qt.MouseButton.LeftButton
    place = place_of(gallery, "linear-regression")
    QTest.mouseClick(gallery.cards.viewport(), left, pos=place)
    assert marked(gallery) == "linear-regression"
    assert person.project == before
    QTest.mouseDClick(gallery.cards.viewport(), left, pos=place)
    assert person.project == examples.open_example("linear-regression")
    assert not gallery.isVisible()


def test_unsaved_work_is_asked_about_and_cancel_leaves_all_as_it_was(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.bench.editor.apply("Rename", lambda project: edits.rename(project, "mine"))
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Discard]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    gallery = person.bench.templates
    gallery.open()
    press(gallery, Qt.Key.Key_Return)
    assert person.project.name == "mine"
    assert gallery.isVisible()
    press(gallery, Qt.Key.Key_Return)
    assert person.project == examples.open_example("spirals")
    assert answers == []


def test_an_empty_canvas_offers_templates_until_something_lies_on_it(open_window: OpenWindow) -> None:
    person = open_window(Project())
    offer = person.bench.template_offer
    assert offer.isVisible()
    assert person.bench.canvas.rect().contains(offer.geometry())
    assert abs(offer.geometry().center().x() - person.bench.canvas.rect().center().x()) <= 1
    QTest.mouseClick(offer, Qt.MouseButton.LeftButton)
    assert person.bench.templates.isVisible()
    press(person.bench.templates, Qt.Key.Key_Return)
    assert not offer.isVisible()
    person.bench.files.new()
    assert offer.isVisible()
    person.bench.palette.activated.emit("Input")
    assert not offer.isVisible()


def test_both_themes_draw_cards_in_their_own_colours(person: Person, gallery: TemplateGallery) -> None:
    for look in (DARK, LIGHT):
        gallery.apply_theme(look)
        seen = set(colors_of(gallery.cards.viewport()))
        assert {look.raised, look.accent, look.category_ink("core")} <= seen


def test_readers_of_the_screen_hear_title_sentence_and_figures(gallery: TemplateGallery) -> None:
    assert gallery.cards.accessibleName() == "Templates"
    index = gallery.cards.currentIndex()
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Two spirals. Three small")
    assert "Reaches 98 %" in index.data(Qt.ItemDataRole.AccessibleDescriptionRole)
    interface = QAccessible.queryAccessibleInterface(gallery.cards)
    assert interface.role() == QAccessible.Role.List


def test_a_card_says_how_large_its_network_is_and_how_long_it_takes() -> None:
    by_name = {example.name: example for example in examples.catalogue()}
    assert figures(by_name["spirals"]) == "8 layers · 626 parameters · ≈ 5 s"
    assert figures(by_name["mnist-mlp"]) == "7 layers · 109k parameters"


def test_no_words_on_a_card_are_cut_off_in_the_smallest_window(gallery: TemplateGallery) -> None:
    room = LEAST_CARD - 2 * INSIDE
    title, body, foot = body_font(13), body_font(12), body_font(11)
    title.setWeight(title.Weight.DemiBold)
    for example in examples.catalogue():
        assert QFontMetricsF(title).horizontalAdvance(example.title) <= room, example.title
        assert QFontMetricsF(foot).horizontalAdvance(figures(example)) <= room, example.name
        assert all(not line.endswith("…") for line in lines_of(example.description, body, room)), example.name


@pytest.mark.parametrize(
    ("search", "name"), [("RESNET", "resnet-20"), ("wave lstm", "lstm"), ("residual", "resnet-20"), ("", "xor")]
)
def test_a_search_means_all_words_in_any_order(search: str, name: str) -> None:
    found = [example.name for example in examples.catalogue() if fits(example, search)]
    assert name in found
    assert not fits(examples.catalogue()[0], "spirals zebra")


def test_opening_it_from_the_canvas_leaves_the_selection_as_it_is(person: Person) -> None:
    """Qt moves the keyboard on from what it hides, which on the canvas would go to the next layer."""
    canvas = person.bench.canvas
    canvas.select(("dense_1",))
    canvas.setFocus()
    QTest.keySequence(person.bench.window, "Ctrl+Shift+N")
    assert person.bench.templates.isVisible()
    assert canvas.network.selected == ("dense_1",)
    QTest.keyClick(person.bench.templates.search, Qt.Key.Key_Escape)
    assert canvas.network.selected == ("dense_1",)
    assert canvas.hasFocus()
