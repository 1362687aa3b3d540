"""The glosses, their loader, and the table that is made of them."""

from __future__ import annotations

import numpy as np
import pytest

from eval.errors import UserError
from eval.glosses import load_glosses
from eval.train_glosses import GLOSSES, compressed, english_ranks, main, store
from submission.recall.gloss_vectors import load_gloss_vectors
from submission.recall.text import lemma


def test_a_line_is_a_lemma_and_its_gloss(tmp_path):
    """A tab between them."""
    (tmp_path / "ru.tsv").write_text("кот\tcat, tomcat\nключ\tkey, spring of water\n", encoding="utf-8")
    assert {"кот": "cat, tomcat", "ключ": "key, spring of water"} == load_glosses(tmp_path / "ru.tsv")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("кот\tcat\nпёс\tdog", "line 2: expected a Russian lemma"),
        ("кот cat", "line 1: expected a Russian lemma"),
        ("кот\t", "line 1: expected a Russian lemma"),
        ("Кот\tcat", "line 1: expected a Russian lemma"),
        ("кот\tcat\nкот\ttomcat", "line 2: 'кот' has a gloss already"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, text, problem):
    """File and line come with it."""
    (tmp_path / "ru.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=f"ru.tsv, {problem}"):
        load_glosses(tmp_path / "ru.tsv")


def test_our_glosses_are_lemmas_in_order():
    """As the recall stage finds them by lemma; of some the dictionary makes another lemma («внука» of «внуками», «внук» of «внука»)."""
    glosses = list(load_glosses(GLOSSES))
    assert sorted(glosses) == glosses
    sample = glosses[::100]
    assert sum(lemma(g) == g for g in sample) > 0.97 * len(sample)


def test_function_words_have_no_other_gloss():
    """The cross-encoder reads by both files."""
    function = load_glosses(GLOSSES.with_name("ru_function.tsv"))
    assert sorted(function) == list(function)
    assert not set(function) & set(load_glosses(GLOSSES))


def test_english_words_are_ranked_by_their_commonest_form():
    """Word pieces and signs have no rank; «dogs» is the dog."""
    assert {"cat": ("cat", 1), "dog": ("dogs", 2)} == english_ranks(["[CLS]", "!", "cat", "##s", "dogs", "dog", "a"])


def test_rows_lose_what_they_have_in_common():
    """Three points on a line of three dimensions: their mean gone, one direction is left, of length 1."""
    rows = compressed(np.asarray([[5.0, 1.0, 0.0], [5.0, 3.0, 0.0], [5.0, 5.5, 0.0]], dtype=np.float32), 1)
    np.testing.assert_allclose([[-1.0], [-1.0], [1.0]], rows, atol=1e-6)


def test_the_stored_table_gives_each_word_its_row(tmp_path):
    """By lemma, else by what it names; words that news lack come after theirs, English ones with their rank's information."""
    rows = np.full((4, 132), 0.01, dtype=np.float32)
    np.fill_diagonal(rows, 1.0)
    store(tmp_path / "table.npz", ["<name>", "кот", "dog", "абырвалг"], rows, ["коты", "маша", "дом", "<unk>", "dogs"], {"dog": 10})
    table = load_gloss_vectors(tmp_path / "table.npz", 5)
    assert ["кот", "dog", "абырвалг"] == table.words
    places = [tuple(np.flatnonzero(row > 0.5)) for row in table.vectors(range(8))]
    assert [(1,), (0,), (), (), (2,), (1,), (2,), (3,)] == places
    nats = np.log(10) + 2.4
    np.testing.assert_allclose([np.nan] * 4 + [nats, 20.0, nats, 20.0], table.information, rtol=1e-3)


def test_an_encoder_without_a_word_list_is_refused(tmp_path, capsys):
    """Before anything is loaded; the folder is named."""
    with pytest.raises(SystemExit):
        main(["--encoder", str(tmp_path), "--out", str(tmp_path / "table.npz")])
    assert f"{tmp_path} has no vocab.txt" in capsys.readouterr().err
