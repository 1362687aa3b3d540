"""How the right turns are found."""
