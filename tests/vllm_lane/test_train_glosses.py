"""Making the table of gloss vectors: here, as this lane's environment has torch."""

from __future__ import annotations

from itertools import product
from string import ascii_lowercase

import numpy as np
import pytest


@pytest.fixture
def encoder(tmp_path):
    """A folder with an English encoder of random weights that knows «cat», «dog» and 312 words of two letters."""
    transformers, torch = pytest.importorskip("transformers"), pytest.importorskip("torch")
    words = ["cat", "dog", *("".join(pair) for pair in product(ascii_lowercase, "aeioubcdfghk"))]
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]), encoding="utf-8")
    torch.manual_seed(0)
    shape = {"hidden_size": 144, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, "vocab_size": 5 + len(words)}
    transformers.BertModel(transformers.BertConfig(**shape)).save_pretrained(tmp_path)
    transformers.BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    return tmp_path


def test_words_of_one_gloss_have_one_vector(encoder, tmp_path):
    """Two Russian words with the gloss «cat», and the English word itself; names without a gloss share a row; unknown words have none."""
    from eval.train_glosses import main
    from submission.recall.gloss_vectors import load_gloss_vectors
    from submission.recall.news_vectors import NewsVectors
    from submission.recall.word_vectors import WordVectors

    (tmp_path / "ru.tsv").write_text("абырвалг\tdog\nкот\tcat\nкошка\tcat\n", encoding="utf-8")
    assert 0 == main(["--encoder", str(encoder), "--glosses", str(tmp_path / "ru.tsv"), "--out", str(tmp_path / "table.npz")])
    news = NewsVectors()
    words = WordVectors(news, load_gloss_vectors(tmp_path / "table.npz", len(news.ids)))
    ids = [words.id(word) for word in ("кот", "кошками", "cat", "абырвалг", "маша", "петя", "ипотека")]
    tom, queen, cat, dog, masha, petya, nothing = words.vectors(ids)[:, 300:]
    for row in (tom, queen, cat, dog, masha):
        row /= np.linalg.norm(row)
    assert [1.0, 1.0] == pytest.approx([tom @ queen, tom @ cat], abs=1e-3)
    assert tom @ dog < 0.9
    np.testing.assert_allclose(masha, petya / np.linalg.norm(petya), atol=1e-3)
    assert not nothing.any()
