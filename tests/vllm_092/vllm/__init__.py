"""A stand-in for vllm 0.9.2: it takes exactly the arguments that the wheel's sources name, and generates nothing.

Recorded from vllm-0.9.2-cp38-abi3-manylinux1_x86_64.whl: entrypoints/llm.py, engine/arg_utils.py, sampling_params.py,
inputs/data.py, v1/engine/exceptions.py.  LLM hands its **kwargs to EngineArgs, whose fields are those below that this
project could use.
"""

from types import SimpleNamespace

from .engine.arg_utils import EngineArgs
from .sampling_params import SamplingParams

__all__ = ["LLM", "SamplingParams"]


class Tokenizer:
    chat_template = "template"

    def encode(self, text, add_special_tokens=True):
        return [ord(c) for c in text]

    def apply_chat_template(self, conversation, tools=None, documents=None, chat_template=None, add_generation_prompt=False, tokenize=True,
                            return_dict=False):  # fmt: skip
        return [ord(c) for message in conversation for c in message["content"]]


class LLM:
    def __init__(
        self, model, *, task="auto", tokenizer=None, tokenizer_mode="auto", skip_tokenizer_init=False, trust_remote_code=False,
        allowed_local_media_path="", tensor_parallel_size=1, dtype="auto", quantization=None, revision=None, tokenizer_revision=None, seed=None,
        gpu_memory_utilization=0.9, swap_space=4, cpu_offload_gb=0, enforce_eager=False, max_seq_len_to_capture=8192,
        disable_custom_all_reduce=False, disable_async_output_proc=False, hf_token=None, hf_overrides=None, mm_processor_kwargs=None,
        override_pooler_config=None, compilation_config=None, **kwargs,
    ):  # fmt: skip
        self.arguments = EngineArgs(model=model, seed=seed, gpu_memory_utilization=gpu_memory_utilization, **kwargs)
        self.llm_engine = SimpleNamespace(engine_core=SimpleNamespace(shutdown=lambda: print("shut down")))

    def get_tokenizer(self, lora_request=None):
        return Tokenizer()

    def generate(self, prompts, sampling_params=None, prompt_token_ids=None, use_tqdm=True, lora_request=None, prompt_adapter_request=None,
                 guided_options_request=None, priority=None):  # fmt: skip
        guided = sampling_params.guided_decoding
        text = guided.choice[-1] if guided and guided.choice else '{"a": 1}' if guided else "ответ"
        for prompt in prompts:  # as V1's processor does
            if len(prompt["prompt_token_ids"]) > self.arguments.max_model_len:
                raise ValueError("The decoder prompt is longer than the maximum model length")
        return [SimpleNamespace(outputs=[SimpleNamespace(text=f"{text}")]) for _ in prompts]
