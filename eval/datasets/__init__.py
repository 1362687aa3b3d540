"""Data sets behind one shape: Dialogue with its sessions and questions."""

from .contest import load_contest
from .dialogue import QUESTION_TYPES, Dialogue, Evidence, Message, Question, Session

__all__ = ["QUESTION_TYPES", "Dialogue", "Evidence", "Message", "Question", "Session", "load_contest"]
