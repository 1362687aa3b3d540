"""Long-term personal memory for a language model, in the GigaMemory contest's interface."""

from .bundle import use_wheels

use_wheels()  # before anything of the package imports what travels in the zip

from .model_inference import SubmitModelWithMemory  # noqa: E402

__all__ = ["SubmitModelWithMemory"]
