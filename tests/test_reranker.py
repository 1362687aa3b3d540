"""submission.recall.reranker: a cross-encoder folder, here a tiny one with random weights."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from submission.contract import Message
from submission.recall.reranker import Reranker
from submission.settings import Settings

TORCH = all(importlib.util.find_spec(name) for name in ("torch", "transformers"))


@pytest.fixture
def folder(tmp_path):
    """A random BERT with one output over seven words."""
    pytest.importorskip("torch", reason="torch is in the extra bench")
    transformers = pytest.importorskip("transformers", reason="transformers is in the extra bench")
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cat", "dog"]))
    transformers.BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = transformers.BertConfig(
        vocab_size=7, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, max_position_embeddings=512, num_labels=1
    )
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    return tmp_path


def test_every_text_gets_one_score_that_no_other_changes(folder):
    """More texts than a batch, of any length, the empty one too; none for no texts."""
    reranker = Reranker(folder)
    texts = ["cat", "dog cat", "", "cat " * 2000] * 10
    scores = reranker.scores("dog", texts)
    assert ((40,), np.float32) == (scores.shape, scores.dtype)
    assert scores[:4].tolist() == pytest.approx([reranker.scores("dog", [t])[0] for t in texts[:4]], abs=1e-5)
    assert (0,) == reranker.scores("dog", []).shape


def test_the_best_turns_come_in_its_order_above_all_others(folder):
    """rerank_k of them; no turn is lost."""
    from submission import SubmitModelWithMemory

    plain, memory = SubmitModelWithMemory(None, Settings()), SubmitModelWithMemory(None, Settings(reranker=str(folder), rerank_k=4))
    for session, text in enumerate(["dog", "cat", "dog dog", "cat cat", "dog cat"]):
        for written in (plain, memory):
            written.write_to_memory([Message("user", text, session), Message("assistant", "ok", session)], "d")
    before, after = (m.recall("d", "which cat?", 10) for m in (plain, memory))
    best = [h.index for h in before[:4]]
    relevance = Reranker(folder).scores("which cat?", [h.text for h in before[:4]])
    assert sorted(h.index for h in before) == sorted(h.index for h in after)
    assert [best[i] for i in np.lexsort((-np.asarray(best), -relevance))] == [h.index for h in after[:4]]
    assert [h.index for h in before[4:]] == [h.index for h in after[4:]]


@pytest.mark.skipif(not TORCH, reason="torch and transformers are in the extra bench")
@pytest.mark.parametrize("broken", ["config.json", "model.safetensors"])
def test_an_incomplete_folder_is_named(folder, broken):
    """Half-copied."""
    (folder / broken).unlink()
    with pytest.raises(ValueError, match=str(folder)):
        Reranker(folder)


@pytest.mark.skipif(TORCH, reason="torch and transformers are here")
def test_without_torch_the_fix_is_named(tmp_path):
    """The extra that installs them."""
    with pytest.raises(ValueError, match="needs torch and transformers"):
        Reranker(tmp_path)
