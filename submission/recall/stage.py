"""The recall stage as Settings want it: one encoder and one reranker for all dialogues' indexes."""

from __future__ import annotations

from ..memory.profile import TopicTagger
from ..memory.weights import MemoryWeights, weights_wanted
from ..settings import Settings
from .dense import DenseOptions
from .encoders import Encoder, WordVectorEncoder
from .recall import DialogueIndex
from .reranker import Reranker


class RecallStage:
    """Loads what is shared once.  Raises ValueError for an encoder or reranker folder that cannot be used."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        self.encoder = encoder or _encoder(settings)
        self._options = DenseOptions(settings.dense_device, settings.dense_temp_memory_mib << 20, settings.dense_float16)
        self._reranker = Reranker(settings.reranker) if settings.reranker else None
        self._rerank_k = settings.rerank_k
        self._settings = settings
        self._tagger = TopicTagger(self.encoder) if settings.topic_boost else None

    def new_index(self) -> DialogueIndex:
        """An empty index for one dialogue."""
        weights = MemoryWeights(self._settings, self.encoder, self._tagger) if weights_wanted(self._settings) else None
        return DialogueIndex(self.encoder, self._options, self._reranker, self._rerank_k, weights)


def _encoder(settings: Settings) -> Encoder:
    if not settings.encoder:
        return WordVectorEncoder()
    from .transformer_encoder import TransformerEncoder

    return TransformerEncoder(
        settings.encoder,
        question_prefix=settings.question_prefix or None,
        passage_prefix=settings.passage_prefix or None,
    )
