"""What the words of a report mean, a sentence each, for those who meet them first."""

from collections.abc import Iterable

TERMS = {
    "epoch": "One pass through all training pictures.",
    "training part": "The pictures that the network learns from.",
    "validation part": "Pictures kept aside, which the network does not learn from. "
    "Where the training curve still improves and the validation curve does not, the "
    "network learns its pictures by heart (overfitting).",
    "test pictures": "Pictures used once, at the end: the figure to tell others.",
    "train accuracy": "That of the last epoch, taken while the weights were still "
    "changing. The same holds for the train loss.",
    "accuracy": "The share of pictures that are read right.",
    "95% interval": "On other test pictures of the same kind, the figure would differ "
    "by chance; in 95 of 100 cases, such an interval holds the true share.",
    "loss": "How little the network believed in the right answers: the mean of -log of "
    "the probability that it gave to each. Training lowers it; 0 is perfect.",
    "log loss": "How little the right answers were believed in: the mean of -log of "
    "the probability given to each; 0 is perfect.",
    "calibration error": "How far confidence is from the truth: at 0.01, answers of "
    "confidence 0.90 are right in 89 to 91 of 100 cases, on average.",
    "confusion matrix": "A row for each digit written, a column for each digit read; "
    "the mistakes are off the diagonal.",
    "recall": "Of the pictures that show a digit, the share that is read as it.",
    "precision": "Of the pictures that are read as a digit, the share that shows it.",
    "layer": "One step of the network, from numbers to numbers.",
    "parameters": "The numbers that training adjusts. A layer without any only "
    "rearranges, cuts off or picks the greatest.",
}


def explained(names: Iterable[str]) -> dict[str, str]:
    """These terms and what they mean, in the order given."""
    return {name: TERMS[name] for name in names}
