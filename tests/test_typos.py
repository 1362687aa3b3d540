"""eval.typos: mistakes that are put in on purpose."""

from __future__ import annotations

import random

import pytest

from eval.bench_tasks import Document, Haystack, Query
from eval.typos import misspelt, spoiled, spoilings, with_slang, with_typos

TEXT = "Моя собака вчера опять прогулялась по соседнему парку, а кот 12 раз мяукал"


def distance(a, b):
    """Edits of one letter, a swap of neighbours among them (Damerau and Levenshtein, restricted)."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[-1] + 1, rows[-1][j] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and (x, y) == (b[j - 2], a[i - 2]):
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


@pytest.mark.parametrize("word", ["собака", "учиться", "учится", "Больница", "ёлочка"])
def test_a_mistake_is_one_edit(word):
    """Or none, where a letter is swapped with its like."""
    draw = random.Random(1)
    found = {misspelt(word, draw) for _ in range(200)}
    assert len(found) > 10 and max(distance(word, other) for other in found) == 1


def test_the_share_is_kept_and_short_words_are_too():
    """All five words of five letters and more at a share of 1, none at 0; about 15 % at 0.15."""
    assert with_typos(TEXT, 0.0, random.Random(1)) == TEXT
    pairs = list(zip(TEXT.split(), with_typos(TEXT, 1.0, random.Random(1)).split()))
    assert all(before == after for before, after in pairs if len(before.strip(",")) < 5)
    many = ["программист"] * 4000
    changed = sum(a != b for a, b in zip(many, with_typos(" ".join(many), 0.15, random.Random(2)).split()))
    assert changed / 4000 == pytest.approx(0.15, abs=0.02)


def test_the_same_seed_gives_the_same_mistakes():
    """And another one gives others."""
    texts = [with_typos(TEXT, 0.5, random.Random(seed)) for seed in (3, 3, 4)]
    assert texts[0] == texts[1] != texts[2]


def test_slang_is_inflected_like_the_word():
    """Where it can be."""
    assert "жил в общаге, купил комп и телик за сорок тыщ" == with_slang("жил в общежитии, купил компьютер и телевизор за сорок тысяч")


def test_replies_and_ids_stay_as_they_are():
    """Only questions or only user turns, as the spoiling says."""
    documents = tuple(Document(1, role, TEXT + " компьютер", None) for role in ("user", "assistant"))
    haystack = Haystack("h", documents, 2, (Query(1, TEXT, "", frozenset({1}), frozenset({0})),))
    questions, turns, both, slang = (spoiled(haystack, s, 0) for s in spoilings(1.0))
    assert (True, False, True, False) == tuple(h.queries[0].text != TEXT for h in (questions, turns, both, slang))
    assert (False, True, True, True) == tuple(h.documents[0] != documents[0] for h in (questions, turns, both, slang))
    assert all(h.documents[1] == documents[1] and h.queries[0].documents == {0} for h in (questions, turns, both, slang))
