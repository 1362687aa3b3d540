"""submission.recall.transformer_encoder: what a model folder says, what is wrong with it, and its vectors."""

from __future__ import annotations

import importlib.util
import json
import struct

import numpy as np
import pytest

from submission.recall.transformer_encoder import FolderPlan, TransformerEncoder, read_plan

TORCH = all(importlib.util.find_spec(name) for name in ("torch", "transformers"))


def safetensors(size=4, cut=0):
    """A file with one tensor of `size` bytes, of which the last `cut` are missing."""
    header = json.dumps({"x": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(header)) + header + b"\0" * (size - cut)


@pytest.fixture
def folder(tmp_path):
    """A folder that is complete as far as can be seen without loading it."""
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(safetensors())
    return tmp_path


def with_pooling(folder, config, modules=("Transformer", "Pooling", "Normalize")):
    listed = [{"type": f"sentence_transformers.models.{name}", "path": "1_Pooling" if name == "Pooling" else ""} for name in modules]
    (folder / "modules.json").write_text(json.dumps(listed))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(config))


def test_a_plain_transformers_folder_is_averaged_without_prefixes(folder):
    """Nothing but config, tokenizer and weights."""
    assert FolderPlan("mean", None, "", "") == read_plan(folder)


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}, "mean"),
        ({"pooling_mode_lasttoken": True}, "lasttoken"),
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode_max_tokens": True}, "pooling_mode_max_tokens"),
    ],
)
def test_pooling_comes_from_the_folder(folder, config, pooling):
    """Of old and new sentence-transformers."""
    with_pooling(folder, config)
    assert pooling == read_plan(folder).pooling


def test_prefixes_and_length_come_from_the_folder(folder):
    """FRIDA's names for its prompts, and the sentence length."""
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"search_query": "q: ", "search_document": "d: "}}))
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 256}')
    assert FolderPlan("mean", 256, "q: ", "d: ") == read_plan(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_is_named(folder, name):
    """Half-copied: whatever is not there."""
    (folder / name).unlink()
    with pytest.raises(ValueError, match=name):
        read_plan(folder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.safetensors", safetensors(cut=3), "cut off"),
        ("model.safetensors", b"\x10", "cut off"),
        ("model.safetensors", b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS pointer"),
        ("config.json", b'{"model_ty', "no JSON"),
        ("config.json", b"{}", "no model_type"),
        ("modules.json", b'[{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]', "module Dense is not supported"),
        ("modules.json", b'[{"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"}]', "1_Pooling/config.json is missing"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(folder, name, content, message):
    """Before anything is loaded."""
    (folder / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_plan(folder)
    assert str(folder) in str(caught.value)


def test_a_missing_shard_is_named(folder):
    """Weights in several files."""
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "model-2.safetensors"}}))
    with pytest.raises(ValueError, match="model-2.safetensors is missing"):
        read_plan(folder)


def test_a_missing_folder_is_named(tmp_path):
    """No traceback from a library."""
    with pytest.raises(ValueError, match="nowhere does not exist"):
        TransformerEncoder(tmp_path / "nowhere")


@pytest.mark.skipif(TORCH, reason="torch and transformers are here")
def test_without_torch_the_fix_is_named(folder):
    """The extra that installs them."""
    with pytest.raises(RuntimeError, match=r"gigamemory\[bench\]"):
        TransformerEncoder(folder)


@pytest.fixture
def tiny(tmp_path):
    """A random BERT of 8 dimensions with five words."""
    pytest.importorskip("torch", reason="torch is in the extra bench")
    transformers = pytest.importorskip("transformers", reason="transformers is in the extra bench")
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cat", "dog", "q", ":"]))
    transformers.BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = transformers.BertConfig(
        vocab_size=9, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, max_position_embeddings=16
    )
    transformers.BertModel(config).save_pretrained(tmp_path)
    return tmp_path


@pytest.mark.parametrize("pooling", ["mean", "cls", "lasttoken"])
def test_vectors_have_unit_length_and_do_not_depend_on_the_batch(tiny, pooling):
    """Padding does not count; an empty text is a zero row; a long one is cut."""
    encoder = TransformerEncoder(tiny, pooling=pooling, batch_size=2, device="cpu")
    texts = ["cat", "", "dog cat " * 20, "dog"]
    rows = encoder.encode_passages(texts)
    assert (encoder.dim, (4, 8), np.float32) == (8, rows.shape, rows.dtype)
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1, 0, 1, 1], abs=1e-5)
    for text, row in zip(texts, rows):
        assert np.allclose(encoder.encode_passages([text])[0], row, atol=1e-5)


def test_the_question_prefix_is_put_before_questions_only(tiny):
    """As e5 wants it; the folder does not say so."""
    encoder = TransformerEncoder(tiny, question_prefix="q: ", device="cpu")
    assert np.allclose(encoder.encode_questions(["cat"]), encoder.encode_passages(["q: cat"]), atol=1e-6)
    assert not np.allclose(encoder.encode_questions(["cat"]), encoder.encode_passages(["cat"]), atol=1e-3)


def test_an_unknown_pooling_is_an_error(tiny):
    """With the ones there are."""
    with pytest.raises(ValueError, match="mean, cls, lasttoken"):
        TransformerEncoder(tiny, pooling="max")


class OnFullGpu:
    """A model for whose batches there is no memory until it is moved to the CPU."""

    def __init__(self, model):
        self._model, self._moved = model, False

    def to(self, device):
        self._moved = device == "cpu"

    def __call__(self, **tokens):
        import torch

        if not self._moved:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return self._model(**tokens)


def test_a_gpu_without_memory_gives_one_warning_and_the_cpu(tiny, caplog):
    """The same vectors, and no text is left out."""
    encoder = TransformerEncoder(tiny, batch_size=1, device="cpu")
    expected = encoder.encode_passages(["cat", "dog"])
    encoder._model = OnFullGpu(encoder._model)
    assert np.allclose(expected, encoder.encode_passages(["cat", "dog"]), atol=1e-6)
    assert 1 == sum("too little memory" in record.getMessage() for record in caplog.records)
