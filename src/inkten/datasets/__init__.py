"""Data sets: MNIST, your own labelled pictures, handwriting packs."""
