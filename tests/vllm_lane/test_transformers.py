"""The engine on plain transformers, on the same tiny model."""

from __future__ import annotations

import pytest

from submission.engines.base import EngineError
from submission.engines.selection import build_engine
from submission.settings import Settings

CHAT = [{"role": "system", "content": "Ответь."}, {"role": "user", "content": "как зовут мою собаку"}]


@pytest.fixture(scope="module")
def engine(tiny):
    engine = build_engine(Settings(engine="transformers", engine_model=str(tiny), context_tokens=2048), None)
    yield engine
    engine.close()


def test_batch_and_order(engine):
    """Equal chats give equal texts, another chat another one; an empty batch gives none."""
    other = [{"role": "user", "content": "купил лодку"}]
    first, second, third = engine.generate([CHAT, other, CHAT], 16)
    assert first == third != second
    assert engine.generate([], 16) == []


def test_constraints(engine):
    """A choice is always made; a random model's free text is no JSON and comes back empty."""
    assert set(engine.generate([CHAT] * 2, 8, choice=("да", "нет"))) <= {"да", "нет"}
    assert engine.generate([CHAT], 8, json_schema={"type": "object"}) == [""]


def test_over_long_prompt(engine):
    """A prompt beyond the context gets a reply."""
    assert len(engine.generate([[{"role": "user", "content": "слово " * 2000}]], 8)) == 1
    assert engine.count_tokens("собака и кошка") > engine.count_tokens("собака") > 0


def test_broken_weights(tiny, tmp_path):
    """A folder whose weights cannot be read is an EngineError with its name."""
    import shutil

    broken = shutil.copytree(tiny, tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(EngineError, match="transformers cannot load .*broken"):
        build_engine(Settings(engine="transformers", engine_model=str(broken)), None)
