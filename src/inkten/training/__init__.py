"""The networks and how they are trained: the only room that imports Keras."""
