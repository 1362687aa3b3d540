"""How the answer is made."""
