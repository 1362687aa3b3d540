"""vLLM's own server for local use: the command line with the flags that this project needs, and its life in a script."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from .errors import UserError

READY_SECONDS = 600.0
NO_PADDING = '{"backend": "xgrammar", "disable_any_whitespace": true}'  # else weak models pad JSON up to max_tokens; vLLM >= 0.11


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, help="model folder")
    parser.add_argument("--name", help="name on the server; default: the folder's name")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--context", type=int, default=32_768, help="context in tokens, default %(default)s")
    parser.add_argument("--share", type=float, default=0.85, help="of the GPU's memory, default %(default)s")
    parser.add_argument("--tensor-parallel", type=int, default=1, help="GPUs, default %(default)s")
    parser.add_argument("--load-format", default="auto", help="dummy: random weights")
    parser.add_argument("--tools", metavar="PARSER", help="vLLM's parser of this model's tool calls (hermes, ...), which langmem needs")


def serve(options: argparse.Namespace) -> None:
    """Become the server; ends with it.  Raises UserError for a folder that cannot be served."""
    from submission.engines.base import EngineError
    from submission.engines.vllm_offline import check_model_folder

    try:
        check_model_folder(Path(options.model), weights=options.load_format != "dummy")
    except EngineError as error:
        raise UserError(str(error)) from error
    command = serve_command(
        options.model, options.name, options.port, options.context, options.share, options.tensor_parallel, options.load_format, options.tools
    )
    print(" ".join(command), flush=True)
    os.execve(command[0], command, {**os.environ, **serve_environment()})


def serve_command(
    model: str,
    name: str | None,
    port: int,
    context: int,
    share: float = 0.85,
    tensor_parallel: int = 1,
    load_format: str = "auto",
    tools: str | None = None,
) -> list[str]:
    """The command line; it starts the module, as `vllm serve` is missing from CPU builds."""
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", model]
    command += ["--served-model-name", name or Path(model).resolve().name]
    command += ["--host", "127.0.0.1", "--port", str(port), "--dtype", "bfloat16", "--max-model-len", str(context), "--seed", "0"]
    command += ["--structured-outputs-config", NO_PADDING, "--enable-prefix-caching", "--trust-remote-code", "--load-format", load_format]
    if tools:
        command += ["--enable-auto-tool-choice", "--tool-call-parser", tools]
    if has_gpu():
        return [*command, "--gpu-memory-utilization", str(share), "--tensor-parallel-size", str(tensor_parallel)]
    return [*command, "--enforce-eager", "--max-num-seqs", "16"]


def serve_environment() -> dict[str, str]:
    """No hub, no statistics; on a CPU 1 GiB for the KV cache unless told otherwise."""
    environment = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    if not has_gpu():
        environment["VLLM_CPU_KVCACHE_SPACE"] = os.environ.get("VLLM_CPU_KVCACHE_SPACE", "1")
    return environment


def has_gpu() -> bool:
    return bool(shutil.which("nvidia-smi")) and subprocess.run(["nvidia-smi", "-L"], capture_output=True).returncode == 0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A server that lives as long as a `with` block; its output goes to `log`."""

    def __init__(self, command: list[str], port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self._command = command
        self._log = log
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> Server:
        with self._log.open("wb") as log:
            # a session of its own, so that its worker processes can be ended with it
            self.process = subprocess.Popen(
                self._command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **serve_environment()}, start_new_session=True
            )
        try:
            self._wait()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End the server and its workers at once."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, 9)
            self.process.wait()

    def _wait(self) -> None:
        health = self.url.removesuffix("/v1") + "/health"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                tail = self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise UserError(f"the server ended with {self.process.returncode}; the end of {self._log}:\n{tail}")
            try:
                with opener.open(health, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        raise UserError(f"the server was not ready within {READY_SECONDS:.0f} s; see {self._log}")
