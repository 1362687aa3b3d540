"""Prompt sizes, and the commands that need an engine: what they say where there is none."""

from __future__ import annotations

import pytest
from fakes import record, session, write_data

from eval.cli import main
from eval.datasets import load_contest
from eval.prompt_size import describe_sizes, measure_prompts
from eval.serve import has_gpu, serve_command


def measured(path, *records):
    return measure_prompts(load_contest(write_data(path / "d.jsonl", *records)))


def test_prompt_and_full_context(tmp_path):
    """Full context is all characters by 2.5, line breaks between turns included; the evidence turn is in the prompt."""
    [size] = measured(tmp_path, record(1))
    texts = ["моя собака Тошка", "Хорошее имя!", "как варить суп", "Долго."]
    assert size.full_tokens == -(-len("\n".join(texts)) * 2 // 5)
    assert (size.evidence, size.complete, size.answerable) == (1.0, True, True)
    assert 200 < size.prompt_tokens < 1000


def test_evidence_in_the_tail_of_a_pasted_text_is_not_there(tmp_path):
    """A turn that is in the prompt without the words quoted does not count."""
    pasted = record(1, sessions=[session(1, "перескажи " + "б" * 3000 + " собака Тошка", "Ок")])
    [size] = measured(tmp_path, pasted)
    assert size.evidence == 0.0
    assert "0/1 answerable questions = 0.0000" in describe_sizes([size])


def test_prompts_command(tmp_path, capsys):
    """The command prints the means and the share; data without marked turns says so."""
    assert main(["prompts", "--data", str(write_data(tmp_path / "d.jsonl", record(1)))]) == 0
    assert "1/1 answerable questions = 1.0000" in capsys.readouterr().out
    assert main(["prompts", "--data", str(write_data(tmp_path / "e.jsonl", record(1, evidence=...)))]) == 0
    assert "none are marked" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--url", "http://127.0.0.1:1/v1"], "--url is for --engine openai, not extractive"),
        (["--engine", "vllm"], "--engine vllm needs --model FOLDER"),
        (["--engine", "vllm", "--model", "/nowhere"], "submission cannot be built: no model folder at /nowhere"),
        (["--engine", "openai", "--url", "ftp://x"], "--url must start with http:// or https://"),
    ],
)
def test_engine_options(tmp_path, capsys, arguments, message):
    """What cannot work ends with one line and 2, before anything is measured."""
    data = write_data(tmp_path / "d.jsonl", record(1))
    assert main(["run", "--system", "submission", "--data", str(data), "--out", str(tmp_path / "out"), *arguments]) == 2
    assert message in capsys.readouterr().err


def test_serve_refuses_a_broken_folder(tmp_path, capsys):
    """The folder is checked before the server starts."""
    assert main(["serve", "--model", str(tmp_path)]) == 2
    assert f"the model folder {tmp_path} is empty" in capsys.readouterr().err


def test_serve_command(tmp_path):
    """The name is the folder's unless given; the server listens on this machine only."""
    command = serve_command(str(tmp_path / "giga"), None, 8001, 4096)
    assert command[command.index("--served-model-name") + 1] == "giga"
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--max-model-len") + 1] == "4096"
    assert "tiny" in serve_command("m", "tiny", 8001, 4096)


@pytest.mark.skipif(has_gpu(), reason="says what it needs only where there is no GPU")
def test_bench_says_what_it_needs(tmp_path, capsys):
    """Without a GPU the benchmark names what it needs."""
    assert main(["bench-gpu", "--data", str(write_data(tmp_path / "d.jsonl", record(1)))]) == 2
    assert "needs an NVIDIA GPU with 80 GiB" in capsys.readouterr().err
