"""The command `store`: is a store's file sound?"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from .errors import UserError


def add_store_command(commands: Any) -> None:
    """Register the command."""
    store = commands.add_parser("store", help="look after a SQLite file in which the submission keeps dialogues")
    actions = store.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="SQLite's integrity check and a look at every turn; changes nothing")
    check.add_argument("file", type=Path, help="the file of the setting store_path; its key, if any, in GIGAMEMORY_STORE_KEY")
    check.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> None:
    from submission.memory.store import StoreError, check_store

    try:
        found = check_store(options.file, os.environ.get("GIGAMEMORY_STORE_KEY"))
    except StoreError as error:
        raise UserError(str(error)) from error
    if found.problems:
        raise UserError(f"{options.file}: " + "; ".join(found.problems))
    encrypted = "encrypted" if found.encrypted else "not encrypted"
    print(f"{options.file}: sound, version {found.version}, {encrypted}, {found.turns} turns in {found.dialogues} dialogues")
