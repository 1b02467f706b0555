"""Pictures with known answers: MNIST, and people's own labelled folders."""
