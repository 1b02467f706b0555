"""The networks, and how they learn: the one room that imports Keras."""
