"""vLLM's engine without vLLM: the checks before it is loaded, and the version seam on a stand-in for 0.9.2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from submission.engines.base import EngineError
from submission.engines.selection import build_engine
from submission.engines.vllm_offline import check_model_folder, memory_problem
from submission.settings import Settings

STAND_IN = Path(__file__).parent / "vllm_092"
FILES = {"config.json": '{"max_position_embeddings": 131072}', "tokenizer.json": "{}", "chat_template.jinja": "x", "model.safetensors": ""}


def model_folder(path, **changed):
    """A model folder of empty files that passes the checks; a file set to None is left out."""
    path.mkdir(parents=True, exist_ok=True)
    for name, text in {**FILES, **{k.replace("__", "."): v for k, v in changed.items()}}.items():
        if text is not None:
            (path / name).write_text(text, encoding="utf-8")
    return path


def test_whole_folder_passes(tmp_path):
    """A folder with all its parts gives its config; its name need not be ASCII."""
    assert check_model_folder(model_folder(tmp_path / "модель"), weights=True) == {"max_position_embeddings": 131072}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"config__json": None}, "has no config.json"),
        ({"config__json": "{"}, "config.json is no JSON"),
        ({"tokenizer__json": None}, "has no tokenizer"),
        ({"chat_template__jinja": None}, "has no chat template"),
        ({"chat_template__jinja": None, "tokenizer_config__json": "{}"}, "has no chat template"),
        ({"model__safetensors": None}, "has no weights; finish the download"),
    ],
)
def test_broken_folder(tmp_path, changed, message):
    """Each missing part is named with the folder."""
    folder = model_folder(tmp_path / "m", **changed)
    with pytest.raises(EngineError, match=message) as caught:
        check_model_folder(folder, weights=True)
    assert str(folder) in str(caught.value)


def test_missing_and_empty_folder(tmp_path):
    """No folder, and nothing in it."""
    with pytest.raises(EngineError, match="no model folder at .*nowhere"):
        check_model_folder(tmp_path / "nowhere", weights=True)
    with pytest.raises(EngineError, match="is empty"):
        check_model_folder(tmp_path, weights=True)


def test_template_in_the_tokenizer_config(tmp_path):
    """The template may stand in tokenizer_config.json; dummy weights need no file."""
    folder = model_folder(tmp_path / "m", chat_template__jinja=None, model__safetensors=None, tokenizer_config__json='{"chat_template": "x"}')
    assert check_model_folder(folder, weights=False)


@pytest.mark.parametrize(
    ("gpu", "share", "weights", "message"),
    [
        (None, 0.9, 40.0, None),
        ((80.0, 79.0), 0.85, 38.4, None),
        ((80.0, 20.0), 0.85, 38.4, "80.0 GiB in all, 20.0 free, gpu_memory_share 0.85 asks for 68.0.*SHARE to 0.23 or less"),
        ((24.0, 23.5), 0.85, 38.4, "weights 38.4; the weights do not fit: raise .*TENSOR_PARALLEL"),
    ],
)
def test_memory_plan(gpu, share, weights, message):
    """The message has the numbers and the setting: 20 / 80 - 0.02 = 0.23."""
    import re

    problem = memory_problem(gpu, share, weights)
    assert problem is None if message is None else re.search(message, problem)


def test_selection():
    """auto without a model folder is no engine; a model path that does not exist is an error where vLLM is asked for."""
    assert build_engine(Settings(), None) is None
    assert build_engine(Settings(), "/nowhere") is None
    with pytest.raises(EngineError, match="needs a model folder: GIGAMEMORY_ENGINE_MODEL"):
        build_engine(Settings(engine="vllm"), None)
    with pytest.raises(EngineError, match="no model folder at /nowhere"):
        build_engine(Settings(engine="transformers"), "/nowhere")


SCRIPT = """
import json, sys
from submission.engines.base import EngineError
from submission.engines.vllm_offline import VllmEngine
engine = VllmEngine(sys.argv[1], context_tokens=100, gpu_memory_share=0.7, seed=5, tensor_parallel=1, pipeline_parallel=2, load_format="dummy")
llm = engine._llm
chat = [{"role": "user", "content": "слово" * 100}]
print(json.dumps(vars(llm.arguments)))
print(json.dumps([engine.generate([chat, chat], 10), engine.generate([chat], 10, choice=("да", "нет")),
    engine.generate([chat], 10, json_schema={"type": "object", "required": ["a"]}), engine.generate([], 10), engine.count_tokens("собака")]))
engine.close()
"""


def test_version_seam_of_0_9_2(child, tmp_path):
    """The engine passes 0.9.2 nothing that its signatures lack, cuts to context less reply, and shuts the core down."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    root = Path(__file__).resolve().parents[1]
    process = child(script, model_folder(tmp_path / "m", model__safetensors=None), env={"PYTHONPATH": f"{STAND_IN}:{root}"})
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    arguments, replies, closed = out.splitlines()
    assert json.loads(arguments) == {
        "model": str(tmp_path / "m"),
        "seed": 5,
        "gpu_memory_utilization": 0.7,
        "max_model_len": 100,
        "enable_prefix_caching": True,
        "pipeline_parallel_size": 2,
        "load_format": "dummy",
        "guided_decoding_backend": "xgrammar",
        "guided_decoding_disable_any_whitespace": True,
    }
    assert json.loads(replies) == [["ответ", "ответ"], ["нет"], ['{"a": 1}'], [], 6]
    assert closed == "shut down"
