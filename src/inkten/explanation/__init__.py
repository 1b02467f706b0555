"""Look inside: every stage of a reading, as data and as one picture."""
