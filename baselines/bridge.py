"""The near end of the bridge to a peer in an environment of its own, as the peers' pins clash with ours."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 120.0
CALL_SECONDS = float(os.environ.get("GIGAMEMORY_PEER_SECONDS", "60"))

# no peer reports home, asks a hub or inherits a key
QUIET = {
    "MEM0_TELEMETRY": "False", "GRAPHITI_TELEMETRY_ENABLED": "false", "LANGSMITH_TRACING": "false", "LANGCHAIN_TRACING_V2": "false",
    "ANONYMIZED_TELEMETRY": "False", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "POSTHOG_DISABLED": "1",
    "OPENAI_API_KEY": "none", "NO_PROXY": "*",
}  # fmt: skip
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


class PeerError(RuntimeError):
    """The peer failed, ended or did not answer in time; the message names it and what was asked."""


def peer_python(name: str) -> Path:
    """The interpreter of the peer's environment.  Raises PeerError with the command that makes it."""
    path = ROOT / ".venv" / name / "bin" / "python"
    if not path.exists():
        raise PeerError(f"the peer {name} is not installed: make peers-{name}")
    return path


class PeerProcess:
    """One child process; calls go one at a time.  A call past its deadline ends the child."""

    def __init__(self, name: str, python: Path, module: str, config: dict[str, Any], start_seconds: float = START_SECONDS) -> None:
        self.name = name
        self._folder = tempfile.TemporaryDirectory(prefix=f"{name}-")
        environment = {key: os.environ[key] for key in _INHERITED if key in os.environ}
        environment |= {**QUIET, "MEM0_DIR": self._folder.name, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        self._errors = (Path(self._folder.name) / "stderr.log").open("w+b")
        self._process = subprocess.Popen(
            [str(python), "-m", module, json.dumps({**config, "folder": self._folder.name})],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding="utf-8", env=environment, cwd=self._folder.name,
        )  # fmt: skip
        self._replies: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self._receive("start", start_seconds)
        except PeerError:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def call(self, method: str, seconds: float = CALL_SECONDS, **arguments: Any) -> Any:
        """The peer's value.  Raises PeerError when it fails; past `seconds` the child is ended first."""
        try:
            self._process.stdin.write(json.dumps({"method": method, "arguments": arguments}, ensure_ascii=False) + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError) as error:
            raise PeerError(f"{self.name} has ended: {self._last_words()}") from error
        return self._receive(method, seconds)

    def close(self) -> None:
        """End the child and remove its files."""
        if self.alive:
            self._process.kill()
        self._process.wait()
        for file in (self._process.stdin, self._process.stdout, self._errors):
            try:
                file.close()
            except BrokenPipeError:  # what was still to be sent has no reader
                continue
        self._folder.cleanup()

    def _read(self) -> None:
        for line in self._process.stdout:
            self._replies.put(line)
        self._replies.put("")

    def _receive(self, method: str, seconds: float) -> Any:
        try:
            line = self._replies.get(timeout=seconds)
        except queue.Empty:
            self.close()
            raise PeerError(f"{self.name} did not finish {method!r} within {seconds:g} s and was ended") from None
        if not line:
            words = self._last_words()
            self.close()
            raise PeerError(f"{self.name} ended at {method!r}: {words}")
        reply = json.loads(line)
        if "error" in reply:
            raise PeerError(f"{self.name} failed at {method!r}: {reply['error']}")
        return reply["value"]

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
