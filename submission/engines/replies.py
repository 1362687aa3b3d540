"""Whether a reply keeps to its constraint: no server is trusted to have applied it.

vLLM's server ignores constraint parameters of other versions silently and answers with free text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

__all__ = ["checked", "fits", "without_thoughts"]

_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.S | re.I)
MAX_STARTS = 50  # brackets at which a JSON value may begin; a reply of brackets alone must not cost seconds
_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}


def checked(reply: str, choice: Sequence[str] | None, json_schema: Mapping[str, Any] | None) -> str:
    """`reply` reduced to what the constraint allows, "" when it breaks it; unchanged where there is none."""
    if choice is not None:
        return _chosen(without_thoughts(reply), choice)
    if json_schema is not None:
        return _json(without_thoughts(reply), json_schema)
    return reply


def without_thoughts(reply: str) -> str:
    """`reply` without think-aloud blocks, also one that was never closed."""
    return _THOUGHTS.sub(" ", reply)


def _chosen(reply: str, choice: Sequence[str]) -> str:
    """The choice that is the reply's first word, whatever its case and punctuation."""
    word = re.search(r"\w+", reply.lower())
    return next((c for c in choice if word and c.lower() == word.group()), "")


def _json(reply: str, schema: Mapping[str, Any]) -> str:
    """The first JSON value in the reply that fits, as compact text; prose around it is dropped."""
    decoder = json.JSONDecoder()
    for match in islice(re.finditer(r"[{\[]", reply), MAX_STARTS):
        try:
            value, _ = decoder.raw_decode(reply, match.start())
        except (json.JSONDecodeError, RecursionError):
            continue
        if fits(value, schema):
            return json.dumps(value, ensure_ascii=False)
    return ""


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether `value` fits `schema`; knows type, enum, properties, required, items and maxItems."""
    kind = schema.get("type")
    if kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind in ("integer", "number"))):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return all(name in value for name in schema.get("required", ())) and all(fits(value[n], s) for n, s in known.items() if n in value)
    if isinstance(value, list):
        return len(value) <= schema.get("maxItems", len(value)) and all(fits(item, schema.get("items", {})) for item in value)
    return True
