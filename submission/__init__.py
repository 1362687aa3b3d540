"""Long-term personal memory for a language model, in the GigaMemory contest's interface."""

from .model_inference import SubmitModelWithMemory

__all__ = ["SubmitModelWithMemory"]
