"""submission.bundle: wheels beside the package, unpacked where a module is missing.  All in child processes, as it changes sys.path."""

from __future__ import annotations

import shutil
import zipfile

import pytest
from conftest import ROOT

FAILS = "raise RuntimeError('no CUDA here')"


def wheel(folder, name, **files):
    """A wheel `name` with one-line modules; its metadata folder comes along as in a real one."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr(f"{'-'.join(name.split('-')[:2])}.dist-info/METADATA", "Name: any\n")
        for module, code in files.items():
            archive.writestr(f"{module}/__init__.py", code)


@pytest.fixture
def package(tmp_path):
    """A package `p` that does what ours does at import, with room for wheels."""
    folder = tmp_path / "p"
    folder.mkdir()
    shutil.copy(ROOT / "submission" / "bundle.py", folder)
    (folder / "__init__.py").write_text("from .bundle import use_wheels\nadded = use_wheels()\n", encoding="utf-8")
    return folder


@pytest.fixture
def says(child, package):
    """What a bare Python (no installed packages) prints, or its last line of error."""

    def run(code):
        process = child("-S", "-c", code, cwd=package.parent, env={"PYTHONPATH": str(package.parent)})
        out, errors = process.communicate(timeout=60)
        return out.strip() if process.returncode == 0 else errors.strip().splitlines()[-1]

    return run


def test_without_wheels_nothing_happens(says, package):
    """In a checkout there is no folder of wheels: sys.path stays and nothing is written."""
    assert "[] []" == says("import sys; before = [*sys.path]; import p; print(p.added, [x for x in sys.path if x not in before])")
    assert {"__init__.py", "bundle.py"} == {path.name for path in package.iterdir() if path.name != "__pycache__"}


def test_a_missing_module_comes_from_its_wheel(says, package):
    """It is importable after the package, again in the next process, and what is installed is not unpacked."""
    wheel(package / "wheels", "far-1.0-py3-none-any.whl", far="where = 'zip'")
    wheel(package / "wheels", "json-9.0-py3-none-any.whl", json="where = 'zip'")
    for _ in range(2):
        assert "zip ['far-1.0']" == says("import p, far; print(far.where, [x.name for x in p.added])")
    assert ["far-1.0"] == [path.name for path in (package / "wheels" / "unpacked").iterdir()]


def test_processes_that_start_together_share_one_folder(child, package):
    """Each finds the wheel complete, whoever unpacked it."""
    wheel(package / "wheels", "far-1.0-py3-none-any.whl", far="where = 'zip'", near="#" * 3_000_000)
    started = [child("-S", "-c", "import p, far, near; print(far.where)", cwd=package.parent) for _ in range(4)]
    assert [("zip\n", "")] * 4 == [process.communicate(timeout=60) for process in started]
    assert ["far-1.0"] == [path.name for path in (package / "wheels" / "unpacked").iterdir()]


@pytest.mark.parametrize(("gpu", "used"), [("which = 'gpu'", "gpu"), (FAILS, "cpu")])
def test_faiss_for_the_gpu_where_it_imports(says, package, gpu, used):
    """Of the twins only one gets onto the path."""
    wheel(package / "wheels", "faiss_cpu-1.0-py3-none-any.whl", faiss="which = 'cpu'")
    wheel(package / "wheels", "faiss_gpu-1.0-py3-none-any.whl", faiss=gpu)
    assert f"{used} 1" == says("import p, faiss; print(faiss.which, len(p.added))")


def test_faiss_may_need_other_bundled_modules(says, package):
    """They are on the path of the process that tries it."""
    wheel(package / "wheels", "faiss_gpu-1.0-py3-none-any.whl", faiss="import packaging; which = 'gpu'")
    wheel(package / "wheels", "packaging-1.0-py3-none-any.whl", packaging="")
    assert "gpu" == says("import p, faiss; print(faiss.which)")


def test_no_usable_faiss_says_why(says, package):
    """The error holds the reason of each wheel."""
    wheel(package / "wheels", "faiss_gpu-1.0-py3-none-any.whl", faiss=FAILS)
    assert "no bundled faiss can be imported (faiss_gpu-1.0-py3-none-any.whl: RuntimeError: no CUDA here)" in says("import p")


def test_a_wheel_for_another_python_is_refused(says, package):
    """Its name says which one, so that nobody has to read an import error of a shared library."""
    wheel(package / "wheels", "far-1.0-cp27-cp27m-linux_x86_64.whl", far="")
    assert "far-1.0-cp27-cp27m-linux_x86_64.whl does not fit the running Python" in says("import p")


def test_a_broken_wheel_is_named(says, package):
    """A truncated upload shows as what it is."""
    (package / "wheels").mkdir()
    (package / "wheels" / "far-1.0-py3-none-any.whl").write_bytes(b"PK\3\4 cut")
    assert "far-1.0-py3-none-any.whl cannot be read" in says("import p")
