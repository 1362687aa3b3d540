"""The harness: replays dialogues into memory systems, judges their answers and reports."""
