"""The signs among and beside the digits of a picture.

candidates --> places of lines --> classified --> verified --> signs
"""

from dataclasses import replace

from inkten.candidates import Candidates
from inkten.classification.classifier import AnyClassifier
from inkten.signs.find import find_signs, places_of_lines
from inkten.signs.verifier import SignVerifier


def look_for_signs(
    candidates: Candidates,
    classifier: AnyClassifier,
    verifier: SignVerifier | None = None,
) -> Candidates:
    """Find the signs among and beside the chosen digits.

    Args:
        candidates: of one picture.
        classifier: one that names signs.
        verifier: of what looks like a sign to the classifier that ships.
    """
    if not candidates.chosen or candidates.is_lone_digit:
        return candidates
    boxes = candidates.detections.boxes[candidates.chosen]
    pixels, answers = candidates.image.pixels, candidates.line_answers
    places = places_of_lines(pixels, boxes, candidates.lines, answers)
    signs = find_signs(places, classifier.classes, verifier)
    return replace(candidates, signs=signs)
