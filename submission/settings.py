"""Settings: every tunable of the submission, with its unit and shipped default.

Values come, later ones winning, from the defaults here, a TOML file (its path in `GIGAMEMORY_SETTINGS`) and
environment variables `GIGAMEMORY_<NAME>` with the field's name in capitals.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Mapping

PREFIX = "GIGAMEMORY_"


@dataclass(frozen=True)
class Settings:
    """All tunables.  Raises ValueError, naming the field, when a value is out of range."""

    strict: bool = False  # re-raise what the boundary would otherwise log and answer around
    recall_k: int = 12  # turns that the reader sees
    abstain_below: float = 0.36  # support (0..1) under which the extractive reader declines to answer

    def __post_init__(self) -> None:
        if self.recall_k < 1:
            raise ValueError(f"recall_k must be at least 1, not {self.recall_k}")
        if not 0.0 <= self.abstain_below <= 1.0:
            raise ValueError(f"abstain_below must lie between 0 and 1, not {self.abstain_below}")

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Defaults, then the TOML file, then the environment; unknown TOML names are an error."""
        environment = os.environ if environment is None else environment
        known = {field.name: field for field in fields(cls)}
        values: dict[str, Any] = {}
        path = environment.get(PREFIX + "SETTINGS")
        if path:
            for name, value in _read_toml(Path(path)).items():
                if name not in known:
                    raise ValueError(f"{path}: unknown setting {name!r}; known: {', '.join(known)}")
                values[name] = _converted(name, value, known[name].type, path)
        for name, field in known.items():
            text = environment.get(PREFIX + name.upper())
            if text is not None:
                values[name] = _converted(name, text, field.type, PREFIX + name.upper())
        return replace(cls(), **values)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        import tomllib
    except ModuleNotFoundError:  # Python 3.10
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"settings file {path} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"settings file {path}: {error}") from error


def _converted(name: str, value: Any, type_name: Any, source: str) -> Any:
    """`value` as the field's type; the annotations are strings because of the __future__ import."""
    try:
        if type_name == "bool":
            if isinstance(value, bool):
                return value
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[str(value).lower()]
        return {"int": int, "float": float, "str": str}[type_name](value)
    except (ValueError, KeyError) as error:
        raise ValueError(f"{source}: {name} must be of type {type_name}, not {value!r}") from error
