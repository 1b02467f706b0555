"""How well a model reads: scores, and reports of them."""
