"""Makes a tiny random Llama with a byte-level tokenizer and a chat template: python tests/vllm_lane/tiny_model.py FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

# Like GigaChat's in shape: it begins with <s> and puts a block after each user turn.
TEMPLATE = (
    "{{ '<s>' }}{% for message in messages %}{{ message['role'] + '<sep>' + message['content'] + '<end>' }}"
    "{% if message['role'] == 'user' %}{{ 'available functions<sep>[]<end>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'assistant<sep>' }}{% endif %}"
)
SPECIAL = ["<unk>", "<s>", "</s>", "<sep>", "<end>"]
TEXT = 20 * [
    "мою собаку зовут Тошка, живу в Омске, работаю швеёй",
    "Ответь на вопрос по записям одним предложением",
    "да нет facts subject attribute value",
]


def make_tiny_model(folder: Path, context_tokens: int = 8192) -> Path:
    """A model folder of about 0.5 MB: 2 layers, hidden size 64, vocabulary 1,000."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=1000, special_tokens=SPECIAL, initial_alphabet=alphabet))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>")
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=1000, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2,
        max_position_embeddings=context_tokens, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    print(make_tiny_model(Path(sys.argv[1])))
