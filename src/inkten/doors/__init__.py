"""Ways in: the shell."""
