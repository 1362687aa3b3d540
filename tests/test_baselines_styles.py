"""baselines.*_style: each mechanism does what it is named for; dense and rrf fuse what they should."""

from __future__ import annotations

import numpy as np
import pytest

from baselines.cortex_style import COLLECTION_NOTES, Collections, CortexStyleMemory
from baselines.dense import DenseMemory
from baselines.hipporag_style import WordGraph
from baselines.mat_style import Strengths
from baselines.memgpt_style import QUEUE_CHARS, MemgptStyleMemory
from baselines.rrf import RrfMemory
from submission.contract import Message


class AxisEncoder:
    """The axis of a text is its first letter among a, b, c; every other text is a zero row."""

    dim = 3

    def encode_passages(self, texts):
        rows = np.zeros((len(texts), 3), dtype=np.float32)
        for row, text in zip(rows, texts):
            if text[:1] in ("a", "b", "c"):
                row["abc".index(text[0])] = 1.0
        return rows

    encode_questions = encode_passages


def said(memory, *texts, role="user"):
    memory.write_to_memory([Message(role, text, 1) for text in texts], 1)
    return memory


def order(memory, question):
    return [hit.index for hit in memory.recall(1, question, 100)]


def test_dense_ranks_by_cosine_and_encodes_new_turns_only():
    """A turn written after the first question is found too."""
    memory = said(DenseMemory(encoder=AxisEncoder()), "apple", "bread")
    assert [1, 0] == order(memory, "butter")
    said(memory, "bagel")
    assert [2, 1, 0] == order(memory, "butter")


def test_rrf_adds_the_reciprocal_ranks_of_both():
    """Turn 1 is first in both; the others are second in one and third in the other, and the later one wins the tie."""
    memory = said(RrfMemory(encoder=AxisEncoder()), "bread", "butter knife", "cherry")
    hits = memory.recall(1, "b knife", 3)
    assert [1, 2, 0] == [hit.index for hit in hits]
    assert [hit.score for hit in hits] == pytest.approx([2 / 61, 1 / 62 + 1 / 63, 1 / 62 + 1 / 63])


def test_memgpt_reads_core_queue_and_found_pages():
    """A first-person turn long out of the queue stays in the core; a forgettable old one does not."""
    filler = ["x" * 400 for _ in range(QUEUE_CHARS // 400 + 30)]
    memory = said(MemgptStyleMemory(encoder=AxisEncoder()), "меня зовут Оля", "дождь идёт", *filler)
    read = {hit.index for hit in memory.read_turns(1, "bread")}
    assert 0 in read
    assert 1 not in read
    assert len(filler) + 1 in read
    assert 1 in {hit.index for hit in memory.read_turns(1, "дождь")}


def test_cortex_collections_grow_by_similarity():
    """Orthogonal notes found collections of their own."""
    groups = Collections(3)
    for row in np.eye(3, dtype=np.float32)[[0, 0, 1, 0]]:
        groups.add(row)
    assert [0, 0, 1, 0] == groups.members
    assert groups.centres().tolist() == [[1, 0, 0], [0, 1, 0]]


def test_cortex_searches_large_collections_and_follows_links():
    """Ten notes on one topic are a collection; all of them come before a note on another."""
    memory = said(CortexStyleMemory(encoder=AxisEncoder()), "bread", *["apple"] * COLLECTION_NOTES)
    assert 0 == order(memory, "avocado")[-1]
    assert 0 == order(memory, "butter")[0]


def test_hipporag_reaches_turns_that_share_no_word_with_the_question():
    """From `cat` over the turn that also says `Tom` to the turn on `Tom`, and not to the unrelated one."""
    graph = WordGraph(AxisEncoder())
    graph.add(["the kitten Tom", "Tom sleeps", "rain falls"])
    scores = graph.scores("kitten")
    assert scores[0] > scores[1] > scores[2]
    assert 0 == scores[2]


def test_hipporag_starts_at_synonyms():
    """The question's word is nowhere; a word with the same vector is."""
    graph = WordGraph(AxisEncoder())
    graph.add(["bread", "milk"])
    assert graph.scores("butter")[0] > 0
    assert [0, 0] == graph.scores("nothing like it").tolist()


def test_mat_writes_surprise_strongly_and_consolidates_repetition():
    """The second `a` takes over from the first; a new topic is stronger than a repeated one after the first surprise."""
    rows = np.eye(3, dtype=np.float32)
    held = Strengths()
    held.add(rows[[0, 1]])
    novel = list(held.values)
    held.add(rows[[0, 1, 0]])
    first, second, repeated = held.values
    assert novel[1] > novel[0]  # momentum: surprise upon surprise
    assert repeated > second > first
    assert first < novel[0] / 2 + 1e-9


def test_mat_forgets_in_proportion_to_what_is_new():
    """An old strength shrinks with each surprising turn and hardly with a known one."""
    rows = np.eye(3, dtype=np.float32)
    held = Strengths()
    held.add(rows[[0]])
    [before] = held.values
    held.add(rows[[0, 1, 2]])
    assert 0.99 * before < held.values[0] < before


@pytest.mark.parametrize("made", [DenseMemory, RrfMemory, MemgptStyleMemory, CortexStyleMemory])
def test_an_empty_dialogue_has_no_hits(made):
    """Before anything is written, and after it is cleared."""
    memory = made(encoder=AxisEncoder())
    assert [] == memory.recall(1, "bread", 5)
    said(memory, "bread").clear_memory(1)
    assert [] == memory.recall(1, "bread", 5)
