"""Signs of numbers: where they may stand on a line, what they are, what they join."""
