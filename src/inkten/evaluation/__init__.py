"""How good a reader is: numbers, and reports made of them."""
