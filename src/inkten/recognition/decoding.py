"""The line reader's answers -> peaks: which digits, and where on the strip.

Connectionist temporal classification (Graves, Fernandez, Gomez, Schmidhuber 2006): each
step of a strip has a probability for each digit and for blank. Several sequences of
steps spell the same number, so a beam search adds them up (Hannun et al. 2014,
"First-pass large vocabulary continuous speech recognition using bi-directional
recurrent DNNs").
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import NOTHING, RULE

BLANK = NOTHING  # the class after the ten digits: no digit at this step
CLASSES = BLANK + 1
WITH_SIGNS = RULE  # the classes of a line reader that also names signs, after blank
BEAM = 8  # numbers that are kept at every step
LEAST = 0.01  # an answer of lower probability is not followed up
Text: TypeAlias = tuple[int, ...]


class Peak(NamedTuple):
    """A digit that the line reader read.

    Attributes:
        step: where, in steps of the strip.
        probabilities: (10,) of each digit; the rest is the probability of none.
    """

    step: float
    probabilities: NDArray[np.float32]


class _Beam(NamedTuple):
    """A number read so far, and where its digits are clearest."""

    blank: float  # the probability that it ends in a blank
    digit: float  # ... in its last digit
    steps: tuple[int, ...]  # of each digit
    best: float  # the probability of the last digit at its step

    @property
    def total(self) -> float:
        return self.blank + self.digit


def peaks(answers: NDArray[np.float32]) -> list[Peak]:
    """The digits of the likeliest number, from left to right.

    Args:
        answers: (T, 11) or (T, 24) probabilities along a strip; each row sums to 1.
    """
    probabilities = _digits_alone(answers)
    steps = np.array(_beam_search(probabilities), int)
    # The steps beside one that are not nearer to another digit may show it, too.
    halfway = (steps[:-1] + steps[1:]) // 2
    first = np.maximum(steps - 1, np.append(0, halfway + 1))
    last = np.minimum(steps + 1, np.append(halfway, len(probabilities) - 1))
    return [
        _peak(probabilities[start : end + 1], start)
        for start, end in zip(first.tolist(), last.tolist(), strict=True)
    ]


def any_digit(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    """The probability of any digit at each of T steps, (T,)."""
    return np.asarray(answers[:, :BLANK].sum(axis=1), np.float32)


def _digits_alone(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    """The (T, 11) probabilities of digits and blank; signs are blank, too."""
    if answers.shape[1] == CLASSES:
        return answers
    digits = answers[:, :CLASSES].copy()
    digits[:, BLANK] += answers[:, CLASSES:].sum(axis=1)
    return digits


def _peak(around: NDArray[np.float32], start: int) -> Peak:
    """The peak of some steps, (n, 11), of which the first is ``start``."""
    digits = around[:, :BLANK]
    total = float(digits.sum())
    any_digit_there = 1 - float(np.prod(around[:, BLANK]))
    middle = float(digits.sum(axis=1) @ np.arange(len(around))) / total
    probabilities = digits.sum(axis=0) * (any_digit_there / total)
    return Peak(start + middle, np.asarray(probabilities, np.float32))


def _beam_search(probabilities: NDArray[np.float32]) -> list[int]:
    """The steps of the digits of the likeliest number.

    A step that is nearly certainly blank parts digits, whatever they are, so what
    stands between two of them is searched on its own: that is much less work.
    """
    answered = (probabilities[:, :BLANK] >= LEAST).any(axis=1)
    ends = np.flatnonzero(np.diff(answered, prepend=False, append=False))
    steps: list[int] = []
    for start, end in ends.reshape(-1, 2).tolist():
        rows = probabilities[start:end].tolist()
        steps += [start + step for step in _search(rows)]
    return steps


def _search(rows: list[list[float]]) -> tuple[int, ...]:
    """The steps of the digits of the likeliest number of a few steps."""
    beams: dict[Text, _Beam] = {(): _Beam(1.0, 0.0, (), 0.0)}
    for step, row in enumerate(rows):
        blank = row[BLANK]
        answers = [digit for digit in range(BLANK) if row[digit] >= LEAST]
        grown: dict[Text, _Beam] = {}
        for text, beam in beams.items():
            last = text[-1] if text else None
            held = beam.digit * row[last] if last is not None else 0.0
            steps, best = beam.steps, beam.best
            if held > beam.total * blank and row[text[-1]] > best:
                steps, best = (*steps[:-1], step), row[text[-1]]
            _add(grown, text, _Beam(beam.total * blank, held, steps, best))
            for digit in answers:
                before = beam.blank if digit == last else beam.total
                if before > 0:
                    steps = (*beam.steps, step)
                    longer = _Beam(0.0, before * row[digit], steps, row[digit])
                    _add(grown, (*text, digit), longer)
        beams = dict(sorted(grown.items(), key=lambda item: -item[1].total)[:BEAM])
    return max(beams.values(), key=lambda beam: beam.total).steps


def _add(beams: dict[Text, _Beam], text: Text, beam: _Beam) -> None:
    """Add up two ways to one number; the likelier says where its digits are."""
    other = beams.get(text)
    if other is not None:
        likelier = max(beam, other, key=lambda each: each.total)
        beam = _Beam(
            beam.blank + other.blank,
            beam.digit + other.digit,
            likelier.steps,
            likelier.best,
        )
    beams[text] = beam
