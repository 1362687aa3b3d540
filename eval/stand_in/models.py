"""Stands in for the organisers' module of this name: the message that their runner hands over."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Message:
    role: str
    content: str
    session_id: Any = None
