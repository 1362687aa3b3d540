"""What a run was made from, so that its numbers can be made again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from .errors import UserError
from .systems import SystemSpec

VERSION = 1
_PACKAGES = ("faiss-cpu", "faiss-gpu", "numpy", "pandas", "pymorphy3", "natasha", "scikit-learn", "vllm", "transformers", "torch")


def build_manifest(spec: SystemSpec, data: Path, judge: str, engine: str, limit: int | None) -> dict[str, Any]:
    """Commit, packages, settings, data hash, seed and machine of one system's run.

    Outside a git repository the commit and the dirty flag are None.  Raises UserError for settings that do not load.
    """
    status = _git("status", "--porcelain")
    return {
        "version": VERSION,
        "system": spec.name,
        "data": {"file": data.name, "sha256": sha256(data), "limit": limit},
        "judge": judge,
        "engine": engine,
        "seed": 0,
        "settings": _settings(),
        "code": {"commit": _git("rev-parse", "HEAD"), "dirty": None if status is None else bool(status)},
        "packages": {"python": platform.python_version(), **_versions()},
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
    }


def run_key(manifest: dict[str, Any]) -> str:
    """What every record of a run carries: a short digest of its data, system and settings."""
    identity = [manifest["data"]["sha256"], manifest["system"], manifest["engine"], manifest["settings"]]
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _settings() -> dict[str, Any]:
    from submission.settings import Settings

    try:
        return dataclasses.asdict(Settings.load())
    except ValueError as error:
        raise UserError(str(error)) from error


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, cwd=Path(__file__).parent, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
