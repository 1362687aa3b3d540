"""Stands in for the organisers' module of this name: the interface of a submission."""

from abc import ABC, abstractmethod


class ModelWithMemory(ABC):
    @abstractmethod
    def write_to_memory(self, messages, dialogue_id): ...

    @abstractmethod
    def clear_memory(self, dialogue_id): ...

    @abstractmethod
    def answer_to_question(self, dialogue_id, question): ...
