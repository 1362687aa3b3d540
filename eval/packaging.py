"""The contest's zip: the folder submission/ at its root, and the wheels that the contest's image lacks.

The image (CPython 3.10, torch, vllm, transformers, numpy) has no network, so what submission/ imports beyond it travels
as wheels in the zip's folder `wheels`; submission/bundle.py unpacks them there.  Which ones is read from the imports,
their versions from pyproject.toml.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from .errors import UserError

__all__ = ["ROOT", "SOURCE", "Entry", "Limits", "bundled_distributions", "fetch_wheels", "megabytes", "pinned", "write_zip"]

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "submission"

# In the image already (safetensors: transformers needs it), or put there by the organisers' runner.
PRESENT = {"models", "numpy", "safetensors", "submit_interface", "tomllib", "torch", "transformers", "vllm"}
# For what the contest's run does not use (encryption of a store on disk); where they are missing, an error says so.
OPTIONAL = {"cryptography"}
# Module -> distributions to carry: its own and, as they are unpacked one by one, those that it needs in turn.
DISTRIBUTIONS = {
    "Stemmer": ("PyStemmer",),
    "faiss": ("faiss-gpu", "faiss-cpu", "packaging"),
    "navec": ("navec",),
    # the native dictionary reads words three times as fast; the one in Python is for a machine where it does not load
    "pymorphy3": ("DAWG2", "dawg2-python", "pymorphy3", "pymorphy3-dicts-ru", "typing-extensions"),
    "razdel": ("razdel",),
    "scipy": ("scipy",),
    "sklearn": ("joblib", "scikit-learn", "scipy", "threadpoolctl"),
    "tomli": ("tomli",),
}
# Found with find_spec and read for the data files in them, never imported: what they need in turn stays out.
CARRIERS = {"natasha": ("natasha",)}
EXTRAS = ("cpu", "gpu", "contest")  # of pyproject.toml, whose pins hold here beside those of its dependencies

PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 24, 17)] + ["manylinux2014_x86_64", "manylinux1_x86_64"]
DATE = (1980, 1, 1, 0, 0, 0)  # of every entry, so that the same content makes the same zip
NO_ENTRY = re.compile(r"^\.|^__pycache__$|\.py[co]$|\.egg-info$")
PACKED = {".gz", ".npz", ".tar", ".whl", ".xz", ".zip"}  # stored as they are: deflating them again gains next to nothing


class Limits(NamedTuple):
    """The contest's: of the zip, and of the disk on which it, its content and the unpacked wheels lie."""

    zip_bytes: int = 5_000_000_000
    disk_bytes: int = 10_000_000_000


class Entry(NamedTuple):
    """A file of the zip: its name there, where it comes from and how much it takes on the contest's disk."""

    name: str
    path: Path
    unpacked_bytes: int


def write_zip(target: Path, wheels: Iterable[Path], source: Path = SOURCE, limits: Limits | None = None) -> list[Entry]:
    """Pack `source` and `wheels` into `target`; its entries.

    Raises UserError when `source` is no submission, or when a limit would be passed: then no zip is left behind.
    """
    limits = limits or Limits()
    entries = [*_source_entries(source), *(Entry(f"wheels/{w.name}", w, w.stat().st_size + _content_bytes(w)) for w in wheels)]
    unpacked = sum(entry.unpacked_bytes for entry in entries)
    _check("the unpacked zip", unpacked, limits.disk_bytes, entries)
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry in entries:
                _add(archive, entry)
        _check("the zip", part.stat().st_size, limits.zip_bytes, entries)
        _check("the zip with its content", part.stat().st_size + unpacked, limits.disk_bytes, entries)
        os.replace(part, target)
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return entries


def _source_entries(source: Path) -> list[Entry]:
    for name in ("__init__.py", "model_inference.py"):
        if not (source / name).is_file():
            raise UserError(f"{source} is no submission: it has no {name}")
    if (source / "wheels").exists():
        raise UserError(f"{source / 'wheels'} is in the way: the zip's own wheels go there; remove it")
    entries = []
    for folder, folders, files in os.walk(source):
        folders[:] = sorted(name for name in folders if not NO_ENTRY.search(name))
        for name in sorted(name for name in files if not NO_ENTRY.search(name)):
            path = Path(folder) / name
            if not path.is_file():
                raise UserError(f"{path} is no file (a broken link?); the zip would lack it")
            entries.append(Entry(path.relative_to(source).as_posix(), path, path.stat().st_size))
    return entries


def _content_bytes(wheel: Path) -> int:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return sum(info.file_size for info in archive.infolist())
    except (OSError, zipfile.BadZipFile) as error:
        raise UserError(f"the wheel {wheel} is broken ({error}); remove it, it is then fetched again") from error


def _add(archive: zipfile.ZipFile, entry: Entry) -> None:
    info = zipfile.ZipInfo(entry.name, DATE)
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_STORED if entry.path.suffix in PACKED else zipfile.ZIP_DEFLATED
    with entry.path.open("rb") as file, archive.open(info, "w", force_zip64=entry.path.stat().st_size >= 1 << 31) as packed:
        while block := file.read(1 << 20):
            packed.write(block)


def _check(what: str, size: int, limit: int, entries: Sequence[Entry]) -> None:
    if size <= limit:
        return
    largest = sorted(entries, key=lambda entry: -entry.unpacked_bytes)[:5]
    names = "".join(f"\n  {megabytes(entry.unpacked_bytes):>12}  {entry.name}" for entry in largest)
    raise UserError(f"{what} takes {megabytes(size)}, the contest allows {megabytes(limit)}; the largest files are:{names}")


def megabytes(size: int) -> str:
    """`size` in bytes as text, in the contest's decimal units."""
    return f"{size / 1e6:,.1f} MB"


def bundled_distributions(source: Path = SOURCE, faiss: str = "gpu") -> list[str]:
    """Distributions that have to travel for what the Python files of `source` import.

    With faiss `gpu` the one for the CPU travels too, for a machine whose CUDA libraries do not fit.
    Raises UserError for an import that neither the image nor DISTRIBUTIONS knows.
    """
    found: set[str] = set()
    for place, module, imported in _uses(source):
        if module in sys.stdlib_module_names or module in PRESENT | OPTIONAL:
            continue
        known = DISTRIBUTIONS if imported else DISTRIBUTIONS | CARRIERS
        if module not in known:
            why = "travels for its data files only" if module in CARRIERS else "is neither in the contest's image nor among those that travel"
            raise UserError(f"{place}: the module {module} {why}; add it to DISTRIBUTIONS in eval/packaging.py with all that it needs")
        found.update(known[module])
    if faiss == "cpu":
        found.discard("faiss-gpu")
    return sorted(found, key=str.lower)


def _uses(source: Path) -> Iterator[tuple[str, str, bool]]:
    """(file:line, top-level module, whether it is imported or only looked for with find_spec) of all Python files."""
    for path in sorted(source.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
            names: list[str] = []
            imported = True
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("find_spec"):
                imported = False
                names = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            for name in names:
                yield f"{path}:{node.lineno}", name.split(".")[0], imported


def pinned(distributions: Iterable[str], pyproject: Path = ROOT / "pyproject.toml") -> dict[str, str]:
    """Distribution -> the version that `pyproject` pins.  Raises UserError for one without a pin."""
    pins = _pins(pyproject)
    if unpinned := [name for name in distributions if _plain(name) not in pins]:
        raise UserError(f"{pyproject} pins no version (name==version) of {', '.join(unpinned)}")
    return {name: pins[_plain(name)] for name in distributions}


def fetch_wheels(versions: Mapping[str, str], folder: Path) -> list[Path]:
    """The wheels of distribution -> version for linux and CPython 3.10, in `folder`; those there already are used.

    Raises UserError with pip's words for one that it cannot get.
    """
    missing = [f"{name}=={version}" for name, version in versions.items() if not _wheel(folder, name, version)]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        _download(missing, folder)
    return [_wheel(folder, name, version) for name, version in versions.items()]


def _download(requirements: list[str], folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    command += ["--implementation", "cp", "--python-version", "3.10", "--abi", "cp310", "--abi", "abi3", "--abi", "none"]
    command += [part for platform in PLATFORMS for part in ("--platform", platform)]
    done = subprocess.run([*command, "--dest", str(folder), *requirements], capture_output=True, text=True)
    if done.returncode:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        raise UserError(f"pip could not download wheels for CPython 3.10: {' '.join(reasons)}")


def _pins(pyproject: Path) -> dict[str, str]:
    """Plain name -> version of everything that the dependencies and extras pin exactly."""
    try:
        import tomllib
    except ModuleNotFoundError:  # Python 3.10
        import tomli as tomllib
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    lines = [*project.get("dependencies", ()), *(line for extra in EXTRAS for line in extras.get(extra, ()))]
    return {_plain(pin[1]): pin[2] for pin in (re.match(r"([\w.-]+)==([^;\s]+)", line) for line in lines) if pin}


def _wheel(folder: Path, name: str, version: str) -> Path | None:
    found = [
        wheel for wheel in sorted(folder.glob("*.whl")) if (_plain(wheel.name.split("-")[0]), wheel.name.split("-")[1]) == (_plain(name), version)
    ]
    return found[0] if found else None


def _plain(name: str) -> str:
    """A distribution's name as the registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
