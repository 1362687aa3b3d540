"""Data sets behind one shape: Dialogue with its sessions and questions."""

from .contest import load_contest
from .dialogue import QUESTION_TYPES, DataSet, Dialogue, Evidence, Message, Question, Session
from .load import find_format, load_dataset

__all__ = ["QUESTION_TYPES", "DataSet", "Dialogue", "Evidence", "Message", "Question", "Session", "find_format", "load_contest", "load_dataset"]
