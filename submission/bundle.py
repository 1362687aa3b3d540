"""Packages that travel in the contest's zip: wheels in the folder `wheels` beside this file, unpacked at import.

The contest's machine has no network and its image lacks faiss and the language packages.  Elsewhere there is no such
folder and nothing happens.  Unpacking replaces pip here (which a read-only site-packages would refuse), and what is
installed already is never shadowed: only wheels with a missing module are unpacked, and their folders go to the end
of `sys.path`, where spawned processes of vLLM find them too.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

__all__ = ["use_wheels"]

GPU_WHEEL = "faiss_gpu-"  # needs CUDA libraries that come with torch; its twin below does not
CPU_WHEEL = "faiss_cpu-"
IMPORT_SECONDS = 120.0

logger = logging.getLogger(__name__)


def use_wheels(folder: Path = Path(__file__).parent / "wheels") -> list[Path]:
    """Make the modules of all wheels in `folder` importable; the folders added to `sys.path`.  No such folder: [].

    Of the two faiss wheels only one is used: that for the GPU where it imports (tried in a child process).
    Raises RuntimeError when a wheel is broken, made for another Python, or there is no room to unpack it.
    """
    wheels = sorted(folder.glob("*.whl"))
    missing = [wheel for wheel in wheels if not all(find_spec(name) for name in _modules(wheel))]
    if not missing:
        return []
    target = _target(folder)
    added = [_unpacked(wheel, target) for wheel in missing if not wheel.name.startswith((GPU_WHEEL, CPU_WHEEL))]
    sys.path.extend(map(str, added))
    if faiss := _faiss([wheel for wheel in missing if wheel.name.startswith((GPU_WHEEL, CPU_WHEEL))], target):
        sys.path.append(str(faiss))
        added.append(faiss)
    return added


def _target(folder: Path) -> Path:
    """Where to unpack: beside the wheels, to be used again by the next process, else a folder that goes with this one."""
    beside = folder / "unpacked"
    if os.access(beside if beside.exists() else folder, os.W_OK):
        beside.mkdir(exist_ok=True)
        return beside
    try:
        temporary = Path(tempfile.mkdtemp(prefix="gigamemory-"))
    except OSError as error:
        raise RuntimeError(f"the wheels in {folder} can be unpacked neither beside them nor in a temporary folder: {error}") from error
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    return temporary


def _faiss(wheels: Iterable[Path], target: Path) -> Path | None:
    """The unpacked faiss to use.  Raises RuntimeError when none of the wheels imports."""
    failures = []
    for wheel in sorted(wheels, key=lambda wheel: wheel.name.startswith(CPU_WHEEL)):
        place = _unpacked(wheel, target)
        failure = _import_failure("faiss", place)
        if failure is None:
            logger.info("using %s", wheel.name)
            return place
        failures.append(f"{wheel.name}: {failure}")
        logger.warning("cannot use %s", failures[-1])
    if failures:
        raise RuntimeError(f"no bundled faiss can be imported ({'; '.join(failures)})")
    return None


def _import_failure(module: str, place: Path) -> str | None:
    """The last line of what a child process says when it cannot import `module` with `place` on its path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*filter(None, sys.path), str(place)])}
    try:
        child = subprocess.run(
            [sys.executable, "-c", f"import {module}"], env=environment, capture_output=True, text=True, timeout=IMPORT_SECONDS, cwd=place
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if child.returncode == 0 else (child.stderr.strip().splitlines() or [f"exit status {child.returncode}"])[-1]


def _modules(wheel: Path) -> set[str]:
    """Top-level modules of a wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            tops = {name.split("/")[0] for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile) as error:
        raise RuntimeError(f"the bundled wheel {wheel} cannot be read ({error}); build the zip again: make zip") from error
    return {top.split(".")[0] for top in tops if not top.endswith((".dist-info", ".libs", ".data"))}


def _unpacked(wheel: Path, target: Path) -> Path:
    """The wheel's content in a folder of its own; complete or absent, also where two processes unpack at once."""
    name, version, *_, abi, _ = wheel.stem.split("-")
    running = f"cp{sys.version_info.major}{sys.version_info.minor}"
    if abi.startswith("cp") and abi != running:
        raise RuntimeError(f"the bundled wheel {wheel.name} does not fit the running Python ({running}); install the package instead")
    place = target / f"{name}-{version}"
    if place.is_dir():
        return place
    part = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=target))
    try:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(part)
        os.chmod(part, 0o755)  # mkdtemp's 0700 would hide it from other users of the folder
        os.rename(part, place)
    except (OSError, zipfile.BadZipFile) as error:
        shutil.rmtree(part, ignore_errors=True)
        if not place.is_dir():  # else another process was faster
            raise RuntimeError(f"the bundled wheel {wheel.name} cannot be unpacked into {target}: {error}") from error
    return place
