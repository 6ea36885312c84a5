"""Layers are found by every word that people have for them, nearest first, whatever their fingers do."""

from __future__ import annotations

import pytest

from deepviz.engine import layers, losses
from deepviz.gui.panels import layer_search
from deepviz.gui.panels.layer_search import Match, Span, found
from deepviz.registry import Definition

ENTRIES: list[type[Definition]] = [*layers.registry.values(), *losses.registry.values()]


def keys(text: str, recent: tuple[str, ...] = ()) -> list[str]:
    return [match.definition.key for match in found(ENTRIES, text, recent)]


def first(text: str) -> Match:
    return found(ENTRIES, text)[0]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("conv 2d", "Conv2D"),
        ("conv-2d", "Conv2D"),
        ("Conv2d", "Conv2D"),
        ("2d conv", "Conv2D"),
        ("fc", "Dense"),
        ("linear", "Dense"),
        ("fully connected", "Dense"),
        ("fully-connected", "Dense"),
        ("connected fully", "Dense"),
        ("nn.Linear(784, 10)", "Dense"),
        ("tf.keras.layers.BatchNormalization", "BatchNorm"),
        ("batchnorm", "BatchNorm"),
        ("BatchNorm2d", "BatchNorm"),
        ("layer norm", "LayerNorm"),
        ("lstm", "LSTM"),
        ("rnn", "SimpleRNN"),
        ("relu", "ReLU"),
        ("swish", "HardSwish"),
        ("gap", "GlobalAveragePool"),
        ("AvgPool2d", "AveragePool2D"),
        ("nn.MultiheadAttention", "MultiHeadAttention"),
        ("attention", "MultiHeadAttention"),
        ("Conv2DTranspose", "ConvTranspose2D"),
        ("deconv", "ConvTranspose2D"),
        ("UpSampling2D", "UpSample2D"),
        ("cat", "Concatenate"),
        ("mse", "MeanSquaredError"),
        ("cross entropy", "SoftmaxCrossEntropy"),
        ("BCEWithLogitsLoss", "BinaryCrossEntropy"),
        # One slip
        ("dropuot", "Dropout"),
        ("sigmod", "Sigmoid"),
        ("softmaxx", "Softmax"),
        ("flaten", "Flatten"),
        ("batchnorn", "BatchNorm"),
        ("embeding", "Embedding"),
    ],
)
def test_what_people_type_finds_what_they_mean(text: str, key: str) -> None:
    assert keys(text)[0] == key


def test_both_pools_come_first_for_maxpool() -> None:
    assert keys("maxpool")[:3] == ["MaxPool1D", "MaxPool2D", "GlobalMaxPool"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_every_layer_is_found_by_its_label_its_key_and_all_its_synonyms(entry: type[Definition]) -> None:
    assert keys(entry.label)[0] == entry.key
    assert keys(entry.key)[0] == entry.key
    for synonym in entry.synonyms:
        assert entry.key in keys(synonym), synonym


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("conv2d", layer_search.NAME),
        ("conv2", layer_search.NAME_START),
        ("dep", layer_search.NAME_START),
        ("entropy", layer_search.WORD_OF_NAME),
        ("fc", layer_search.SYNONYM),
        ("fully", layer_search.WORD_OF_SYNONYM),
        ("mbeddi", layer_search.IN_NAME),
        ("dropuot", layer_search.SLIP),
    ],
)
def test_how_near_something_is(text: str, rank: int) -> None:
    assert first(text).rank == rank


def test_names_come_before_words_of_names_and_those_before_synonyms_and_summaries() -> None:
    ranks = [match.rank for text in ("max", "in", "sum", "2d") for match in found(ENTRIES, text)]
    assert {layer_search.NAME_START, layer_search.WORD_OF_NAME, layer_search.SUMMARY} <= set(ranks)
    for text in ("max", "in", "sum", "2d"):
        assert [match.rank for match in found(ENTRIES, text)] == sorted(match.rank for match in found(ENTRIES, text))


def test_the_part_that_was_typed_is_told() -> None:
    assert first("maxp").label_spans == (Span(0, 4),)
    assert first("head att").label_spans == (Span(6, 14),), "the space between two words belongs to it"
    assert first("2d conv").label_spans == (Span(0, 4), Span(4, 6))
    by_other_name = first("fully con")
    assert (by_other_name.synonym, by_other_name.synonym_spans) == ("fully connected", (Span(0, 9),))
    assert by_other_name.label_spans == ()


def test_a_slip_is_forgiven_only_where_nothing_else_fits_and_only_in_words() -> None:
    assert keys("fcx") == [], "three letters: too much would fit"
    assert keys("dense") == ["Dense"], "not what is one letter off"
    assert keys("xyzzyx") == []
    assert keys("dropuott") == [], "two slips"


def test_of_what_is_equally_near_the_lately_used_comes_first() -> None:
    assert keys("maxpool", ("MaxPool2D", "ReLU"))[:2] == ["MaxPool2D", "MaxPool1D"]
    assert keys("conv2d", ("DepthwiseConv2D",))[0] == "Conv2D", "but never before what is nearer"


@pytest.mark.parametrize("text", ["", "   ", "-", "( )", "…"])
def test_nothing_typed_lists_everything(text: str) -> None:
    assert keys(text) == [entry.key for entry in ENTRIES]
