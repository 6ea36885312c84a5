"""Finding a layer by what a person types: its name, a part of it, or what other programs call it.

Upper and lower case, spaces and hyphens make no difference, and where nothing fits one slip of the finger is forgiven.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deepviz.registry import Definition

NAME, NAME_START, WORD_OF_NAME, SYNONYM, WORD_OF_SYNONYM, IN_NAME, CATEGORY, SLIP, SUMMARY, NOT = range(10)
"""How near something is to what was typed, nearest first."""

SHORTEST_SLIP = 4
"""Letters that a word must have for a slip to be forgiven; of shorter ones too much would fit."""

_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z][a-z])|(?<=[\W_])(?=\w)")


class Span(NamedTuple):
    """A part of a text: from the letter `start` up to the letter `end`, which does not belong to it."""

    start: int
    end: int


@dataclass(frozen=True)
class Match:
    """Something that was found.

    Attributes
    ----------
    definition
        What was found.
    rank
        How near it is to what was typed.
    label_spans
        The parts of its label that were typed.
    synonym, synonym_spans
        The synonym by which it was found, if its name does not tell, and the parts of that which were typed.
    """

    definition: type[Definition]
    rank: int = NAME
    label_spans: tuple[Span, ...] = ()
    synonym: str = ""
    synonym_spans: tuple[Span, ...] = ()


def found(entries: Sequence[type[Definition]], text: str, recent: Sequence[str] = ()) -> list[Match]:
    """What a person may mean by a text, the nearest first; everything, as it stands, for an empty one.

    Parameters
    ----------
    entries
        What there is.
    recent
        Keys of what was used lately: of what is equally near, that comes first.
    """
    words = _words_typed(text)
    if not words:
        return [Match(entry) for entry in entries]
    matches = [_match(entry, words, forgiving=False) for entry in entries]
    if all(match.rank >= SLIP for match in matches):
        matches = [_match(entry, words, forgiving=True) for entry in entries]
    places = {key: place for place, key in enumerate(recent)}
    near = [match for match in matches if match.rank < NOT]
    begins = words[0][0]
    return sorted(
        near,
        key=lambda match: (
            match.rank,
            places.get(match.definition.key, len(places)),
            match.rank == SLIP and not match.definition.label.casefold().startswith(begins),  # seldom the slip
        ),
    )


def _words_typed(text: str) -> list[str]:
    """What was typed, word by word. Of ``nn.Linear(784, 10)`` only ``Linear`` is meant."""
    called = text.split("(")[0] or text
    last = re.sub(r"^\s*(?:\w+\.)+(?=\w)", "", called)
    return [word for word in (_folded(part) for part in last.split()) if word]


def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _match(entry: type[Definition], words: Sequence[str], forgiving: bool) -> Match:
    """All words at once, which is how names are written apart, or else each word somewhere."""
    whole = _near(entry, "".join(words), forgiving)
    if len(words) == 1 or whole.rank < IN_NAME:
        return whole
    each = [_near(entry, word, forgiving) for word in words]
    if max(match.rank for match in each) >= whole.rank:
        return whole
    by_synonym = next((match for match in each if match.synonym), Match(entry))
    label_spans = tuple(sorted(span for match in each for span in match.label_spans))
    rank = max(match.rank for match in each)
    return Match(entry, rank, label_spans, by_synonym.synonym, by_synonym.synonym_spans)


def _near(entry: type[Definition], typed: str, forgiving: bool) -> Match:
    """How near a definition is to one word."""
    rank, span = _in_text(entry.label, typed)
    if rank < SYNONYM:
        return Match(entry, rank, (span,))
    if _folded(entry.key) == typed:
        return Match(entry, NAME)
    if _folded(entry.key).startswith(typed):
        return Match(entry, NAME_START)
    other_names = [(*_in_text(synonym, typed), synonym) for synonym in entry.synonyms]
    found_in = sorted((place, number) for number, (place, _, _) in enumerate(other_names) if place < IN_NAME)
    if found_in:
        place, number = found_in[0]
        _, part, synonym = other_names[number]
        return Match(entry, SYNONYM if place == NAME else WORD_OF_SYNONYM, (), synonym, (part,))
    if rank == IN_NAME:
        return Match(entry, rank, (span,))
    if _starts_a_word(entry.category, typed):
        return Match(entry, CATEGORY)
    if forgiving and len(typed) >= SHORTEST_SLIP:
        if _slipped(entry.label, typed) or _slipped(entry.key, typed):
            return Match(entry, SLIP)
        meant = next((synonym for synonym in entry.synonyms if _slipped(synonym, typed)), "")
        if meant:
            return Match(entry, SLIP, (), meant)
    return Match(entry, SUMMARY if _starts_a_word(entry.summary(), typed) else NOT)


def _in_text(text: str, typed: str) -> tuple[int, Span]:
    """Where in a name something stands: as the whole, at its start, where a word starts, anywhere, or nowhere."""
    letters = [place for place, letter in enumerate(text) if letter.isalnum()]
    folded = _folded(text)
    if len(folded) != len(letters):  # a letter that casefolds into two: no part of it can be shown
        return (NAME_START if folded.startswith(typed) else NOT), Span(0, 0)
    places = [place for place in range(len(folded)) if folded.startswith(typed, place)]
    if not places:
        return NOT, Span(0, 0)
    starts = {letters.index(start) for start in _starts(text) if start in letters}
    place = next((place for place in places if place in starts), places[0])
    span = Span(letters[place], letters[place + len(typed) - 1] + 1)
    if place == 0:
        return (NAME if folded == typed else NAME_START), span
    return (WORD_OF_NAME if place in starts else IN_NAME), span


def _starts(text: str) -> list[int]:
    """Where words start in a name, written apart or not: in ``MaxPool2D`` at M, P and 2."""
    return [0, *(found.start() for found in _WORD_START.finditer(text))]


def _starts_a_word(text: str, typed: str) -> bool:
    return any(_folded(word).startswith(typed) for word in text.split())


def _slipped(name: str, typed: str) -> bool:
    """Whether one wrong, missing, additional or swapped letter makes the start of a name, or of a word of it."""
    starts = (_folded(name[start:]) for start in _starts(name))
    return any(_is_one_off(typed, start[:length]) for start in starts for length in _lengths(start, typed))


def _lengths(name: str, typed: str) -> Iterable[int]:
    """How long a part may be that was meant: not much less than the whole word is ever typed with a slip."""
    return range(max(len(typed) - 1, SHORTEST_SLIP), min(len(typed) + 1, len(name)) + 1)


def _is_one_off(typed: str, meant: str) -> bool:
    if abs(len(typed) - len(meant)) > 1:
        return False
    same = next((place for place, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]), None)
    if same is None:
        return True
    here, there = typed[same:], meant[same:]
    swapped = here[:2] == there[1::-1] and here[2:] == there[2:]
    return here[1:] == there[1:] or here[1:] == there or here == there[1:] or swapped
