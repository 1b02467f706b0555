"""The passes around detection and classification: what needs to be searched again.

    coarse levels --> all levels --> finer levels --> deskewed --> turned upright
                                     or, of a single digit: all of its ink

Most pictures need the first pass only. Each pass calls ``search``, which is
``Reader._detect_and_classify``: all stages, on levels up to a side in pixels.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates, doubtful_pictures, mark_covered
from inkten.detection.coarse import (
    SMALL,
    are_too_small,
    coarse_side,
    finer_side,
    has_finer_level,
)
from inkten.detection.cut_off import ink_running_on, with_paper
from inkten.detection.margin import margin_of
from inkten.detection.pyramid import MAX_SIDE
from inkten.fusion import accepted
from inkten.image.decode import GrayImage
from inkten.layout.deskew import deskew, drawn_tilt, page_tilt
from inkten.options import ReadOptions
from inkten.orientation import (
    OTHER_TURNS,
    covers_most,
    is_doubtful,
    is_much_surer,
    orientation_score,
)

TIED = 0.1  # margin of a line: another line of its digits is as good
FILLS = 0.8  # of the long side: MNIST's digits are 0.7 of it
# The probability of a digit that fills its picture: with less, it may be a letter. Of
# 0.5, 0.8, 0.9 and 0.93, it has the best score of benchmarks/choose.py
SURE = 0.93
LONGEST = 32_766  # px, a side: OpenCV 4 straightens no larger picture

FullSize: TypeAlias = Callable[[], GrayImage]


class Search(Protocol):
    """All stages for several pictures, on levels up to ``max_side`` pixels."""

    def __call__(
        self, images: Sequence[GrayImage], options: ReadOptions, max_side: int | None
    ) -> list[Candidates]:
        """Detect and classify; None for ``max_side`` means the coarse levels."""


def coarse_to_fine(
    search: Search, images: Sequence[GrayImage], options: ReadOptions
) -> list[Candidates]:
    """Search the coarse levels first, and all levels where that leaves doubt.

    For most pictures of one digit, detection takes a quarter of the time or less.
    """
    candidates = search(images, options, None)
    doubtful = doubtful_pictures(candidates)
    candidates = mark_covered(candidates, doubtful)
    if doubtful:
        full = search([images[place] for place in doubtful], options, MAX_SIDE)
        for place, replacement in zip(doubtful, full, strict=True):
            candidates[place] = replacement
    return candidates


def search_further(
    search: Search,
    candidates: Candidates,
    options: ReadOptions,
    full_size: FullSize | None = None,
) -> Candidates:
    """The passes that only some pictures need: finer, deskewed, turned upright.

    Args:
        search: all stages.
        candidates: what coarse_to_fine found on one picture.
        options: how to read it.
        full_size: decodes the picture at full size; None if it is at full size.
    """
    image = candidates.image
    full_size = full_size or (lambda: image)
    candidates = _refine(search, candidates, options, full_size)
    if options.single:
        return _search_whole(search, candidates, options)
    if candidates.is_lone_digit:  # it shows neither a tilt nor a turn
        return candidates
    candidates = _deskew(search, candidates, options, full_size)
    if options.rotate == "auto":
        return _turn_upright(search, candidates, options, full_size)
    return candidates


def _refine(
    search: Search, candidates: Candidates, options: ReadOptions, full_size: FullSize
) -> Candidates:
    """Search finer and finer levels while the digits found are small.

    Where most ink of a digit's size is unread, what was found may be no digits, and the
    digits smaller: a finer level is tried.
    """
    max_side = MAX_SIDE
    while has_finer_level(candidates.image.pixels, candidates.image.scale, max_side):
        boxes, pixels = candidates.accepted_boxes, candidates.image.pixels
        are_small = are_too_small(boxes, pixels, max_side)
        if not are_small and (options.single or _covers_most(candidates)):
            break
        is_reduced = candidates.image.scale > 1  # a JPEG decoded at reduced scale
        image = full_size() if is_reduced else candidates.image
        max_side = finer_side(max_side)
        (finer,) = search([image], options, max_side)
        if not are_small and not is_much_surer(
            finer.confidences, candidates.confidences
        ):
            break
        candidates = finer
    return candidates


def read_tight(
    search: Search, candidates: Candidates, options: ReadOptions
) -> Candidates:
    """Where nothing was read, the digit that fills the picture, if it is one.

    Of a digit that is cut out with hardly any paper, often only parts are detected. So
    the picture is searched with paper around it, as for a single digit. That is only
    for a classifier that can say "no digit": letters fill their pictures, too.
    """
    pixels = candidates.image.pixels
    if candidates.chosen or not margin_of(pixels):
        return candidates
    (found,) = search([candidates.image], options.changed(single=True), MAX_SIDE)
    sizes = found.detections.boxes[found.chosen, 2:]
    fills = sizes.max(initial=0) >= FILLS * max(pixels.shape)
    is_digit = found.probabilities[found.chosen].sum() >= SURE
    return found if fills and is_digit else candidates


def _search_whole(
    search: Search, candidates: Candidates, options: ReadOptions
) -> Candidates:
    """If a single digit is cut off, search again around all of its ink."""
    ink = _ink_running_on(candidates)
    if ink is None:
        return candidates
    part, corner = with_paper(candidates.image.pixels, ink)
    (found,) = search([GrayImage(part)], options, MAX_SIDE)
    boxes = found.detections.boxes + np.append(corner, np.zeros(2, np.float32))
    found = replace(
        found,
        image=candidates.image,
        rotation=candidates.rotation,
        detections=replace(found.detections, boxes=boxes),
    )
    is_digit = len(found.chosen) and accepted(found.probabilities[found.chosen]).all()
    return found if is_digit and _ink_running_on(found) is None else candidates


def _ink_running_on(candidates: Candidates) -> NDArray[np.float32] | None:
    """The box of the ink that leaves the digit's box; None if it ends there."""
    if not candidates.chosen or candidates.is_lone_digit:
        return None
    digit = candidates.detections.boxes[candidates.chosen[0]]
    return ink_running_on(candidates.image.pixels, digit)


def _deskew(
    search: Search, candidates: Candidates, options: ReadOptions, full_size: FullSize
) -> Candidates:
    """Straighten a tilted page and search it again.

    Its lines show the tilt; where they do not, and digits are doubtful or may as well
    be on other lines, its rules may.
    """
    if max(candidates.image.original_size or candidates.image.pixels.shape) > LONGEST:
        return candidates
    tilt = page_tilt(candidates.lines)
    is_tied = any(line.margin < TIED for line in candidates.lines)
    by_rules = not tilt and (is_tied or _is_doubtful(candidates))
    if by_rules:
        tilt = drawn_tilt(candidates.image.pixels)
    if not tilt:
        return candidates
    (straight,) = search([deskew(candidates.image, tilt)], options, MAX_SIDE)
    before, after = candidates.confidences, straight.confidences
    if by_rules and not is_tied and not is_much_surer(after, before):
        return candidates
    straight = _refine(search, straight, options, lambda: deskew(full_size(), tilt))
    if is_much_surer(before, straight.confidences):
        return candidates
    return straight.mapped_back(candidates, tilt)


def _turn_upright(
    search: Search, candidates: Candidates, options: ReadOptions, full_size: FullSize
) -> Candidates:
    """If the digits are doubtful, try the other quarter turns."""
    found = candidates.confidences
    if not _is_doubtful(candidates):
        return candidates
    # A coarse pass is enough if only unread ink raises doubt, or if nothing does.
    is_sure = len(found) > 0 and not is_doubtful(found)
    is_empty = not len(candidates.detections)
    side_to_see = _side_to_see(candidates)
    best = candidates
    for turn in OTHER_TURNS:
        images = [candidates.image.rotated(turn)]
        if is_sure or is_empty:
            (coarse,) = search(images, options, side_to_see)
            if not is_much_surer(coarse.confidences, found):
                continue
        # Orientations can be compared only if each was searched on all levels.
        (turned,) = search(images, options, MAX_SIDE)
        gain = orientation_score(turned.confidences) > orientation_score(
            best.confidences
        )
        surer = gain and is_much_surer(turned.confidences, found)
        if surer and _covers_most(turned):
            best = replace(turned, rotation=turn)
    if best is candidates:
        return candidates

    def full_turned() -> GrayImage:
        return full_size().rotated(best.rotation)

    refined = _refine(search, best, options, full_turned)
    refined = replace(refined, rotation=best.rotation)
    return _deskew(search, refined, options, full_turned)


def _side_to_see(candidates: Candidates) -> int | None:
    """The side, px, on which other digits of the size of a lone one are seen.

    None means that the coarse levels show them. They also do for more digits than one:
    these show by themselves that they stand upright.
    """
    digits = candidates.detections.boxes[candidates.chosen]
    if len(digits) != 1:
        return None
    side = max(candidates.image.pixels.shape)
    needed = math.ceil(side * SMALL / max(digits[0, 2:].min(), 1))
    return min(needed, MAX_SIDE) if needed > coarse_side(side) else None


def _covers_most(candidates: Candidates) -> bool:
    """Whether its digits are most of the ink of a digit's size."""
    return covers_most(candidates.confidences, candidates.unread)


def _is_doubtful(candidates: Candidates) -> bool:
    """Whether the digits may not stand upright."""
    if candidates.is_covered:
        return False
    return is_doubtful(candidates.confidences, candidates.unread)
