"""Fetches the contest's public sample: four records that its organisers publish without a licence.

    python -m data.fetch                        data/public/format_example.jsonl

The file belongs to its authors: it is fetched to the user's machine, never kept in this repository.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from eval.errors import UserError

URL = "https://raw.githubusercontent.com/ai-forever/memory_aij2025/811f31a098d0e68ac58dd712d43d09e794f7766b/data/format_example.jsonl"
SHA256 = "4202728c0e52a3c5cc91d62e53cedea28d3d3efc1720350861caa3e228f4cb35"
TIMEOUT_SECONDS = 60


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch the sample; 0 on success, 2 with the reason where it cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m data.fetch", description="Fetches the contest's public sample.")
    parser.add_argument("--out", type=Path, default=Path("data/public/format_example.jsonl"), help="default %(default)s")
    parser.add_argument("--url", default=URL, help="another place of the same file, for machines behind a mirror")
    options = parser.parse_args(arguments)
    try:
        fetched = fetch(options.url, options.out, SHA256)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{options.out}: {'fetched' if fetched else 'is there already'}, SHA-256 as expected")
    return 0


def fetch(url: str, path: Path, sha256: str) -> bool:
    """Bring the bytes at `url` to `path`; False when `path` holds them already and is left untouched.

    Raises UserError without a network, for bytes with another checksum (`path` then stays as it was), and where
    `path` cannot be written.
    """
    try:
        if path.is_file() and _digest(path.read_bytes()) == sha256:
            return False
        data = _download(url)
        if (found := _digest(data)) != sha256:
            raise UserError(f"{url}: wrong content, {len(data)} bytes with SHA-256 {found} instead of {sha256}; nothing was written")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from error
    return True


def _download(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:
            return response.read()
    except urllib.error.HTTPError as error:
        raise UserError(f"{url}: the server answered {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise UserError(
            f"{url}: cannot be fetched ({reason}); connect to a network, or download the file elsewhere and pass --url file:///path/to/it"
        ) from error


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
