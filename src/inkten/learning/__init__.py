"""Learning from a user's own digits: a small head on a trained classifier."""
