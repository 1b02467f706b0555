"""A photo of a form -> where each point of its reference picture is on the photo.

    details --> matches --> homography --> blocks of print --> refined, or refused

Details (SIFT; Lowe 2004, "Distinctive image features from scale-invariant keypoints")
are matched, and a homography is fitted to them (MAGSAC++; Barath et al. 2020). Where
that fails, the corner marks of the form are tried. Then each block of print is looked
for where it should be (``print_blocks``): those that are found refine the homography
and, as paper bends, say how far each place is off; too few say that this is another
form.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.digits import Box
from inkten.errors import PictureError
from inkten.forms.marks import find_marks, quadrilaterals
from inkten.forms.print_blocks import PrintBlocks, Sighting

Floats = NDArray[np.float64]
Gray = NDArray[np.uint8]

PRINT_SIDE = 1000  # px, the long side of the reference picture when it is compared
PHOTO_SIDE = 1200  # px, that of a photo: a form should fill most of it
DETAILS = 3000  # of the reference: a page of text has about as many
PHOTO_DETAILS = 6000
RATIO = 0.8  # Lowe's: a match must be this much nearer than the second best
REPROJECTION = 4.0  # px of the photo at PHOTO_SIDE: paper bends
MIN_MATCHES = 12  # that agree; four always do
REACH = 8, 4  # px: how far a block is looked for, first and once it is refined
MIN_BLOCKS = 6  # for a comparison that means anything
# Of blocks that are found: on synthetic photos 0.94 to 1, on forms with the same head
# and about the same layout at most 0.65.
MIN_AGREEMENT = 0.8
MIN_SEEN = 0.5  # share of blocks that must be on the picture at all
NEAREST = 6  # blocks that say how far a place is off
SMOOTH = 60.0  # px: blocks further away count much less

NOT_FOUND = (
    "the form was not found on this picture. Is it this form, all of it on the "
    "picture, sharp and evenly lit?"
)
NOT_THIS = (
    "this seems to be another form: {:.0%} of the print matches, at least {:.0%} is "
    "needed. If it is this form, take the picture again, flat and sharp."
)
CROPPED = (
    "only {:.0%} of the form is on this picture. Take it again with all of the form."
)


@dataclass(frozen=True, eq=False)
class Printed:
    """What is printed on the reference picture, as far as registration needs it.

    Attributes:
        gray: (H, W) uint8, at most ``PRINT_SIDE`` long.
        scale: pixels of the reference picture per pixel of ``gray``.
        points: (N, 2) the places of its details.
        descriptors: (N, 128) float32.
        blocks: its blocks of print.
        marks: (4, 2) the middles of the corner marks, clockwise; empty without marks.
    """

    gray: Gray
    scale: float
    points: NDArray[np.float32]
    descriptors: NDArray[np.float32]
    blocks: PrintBlocks
    marks: NDArray[np.float32]

    @classmethod
    def of(cls, reference: Gray, marks: Sequence[Box] = ()) -> "Printed":
        """What is printed on (H, W) gray; ``marks`` are the boxes of corner marks."""
        gray, scale = _reduced(reference, PRINT_SIDE)
        points, descriptors = _details(gray, DETAILS)
        middles = [(box.x + box.width / 2, box.y + box.height / 2) for box in marks]
        return cls(
            gray,
            scale,
            points,
            descriptors,
            PrintBlocks.of(gray),
            (np.array(middles, np.float32) / scale).reshape(-1, 2),
        )


@dataclass(frozen=True, eq=False)
class Registration:
    """Where the form is on a photo.

    Attributes:
        homography: (3, 3) from pixels of the reference picture to those of the photo.
        agreement: the share of its print that was found there, 0..1.
        places: (M, 2) the places of print that was found, on the reference picture.
        offsets: (M, 2) how far each is from where the homography puts it, in pixels
            of the reference picture.
        scale: of ``Printed``, the unit of distances between places.
    """

    homography: Floats
    agreement: float
    places: Floats
    offsets: Floats
    scale: float

    def offset_at(self, x: float, y: float) -> Floats:
        """How far the form is off at a place of the reference picture, (2,)."""
        if not len(self.places):
            return np.zeros(2)
        away = np.linalg.norm(self.places - (x, y), axis=1) / self.scale
        nearest = np.argsort(away)[:NEAREST]
        weights = 1 / (1 + (away[nearest] / SMOOTH) ** 2) ** 2
        pulled = (weights[:, None] * self.offsets[nearest]).sum(axis=0)
        # A weight of one for no offset at all, so that far blocks hardly count
        return np.asarray(pulled / max(weights.sum(), 1.0), np.float64)

    def to_photo(self, points: Floats) -> Floats:
        """Places on the reference picture -> places on the photo, (N, 2) each."""
        return _mapped(self.homography, points)


def register(printed: Printed, photo: Gray) -> Registration:
    """Find the form on a photo.

    Raises:
        PictureError: it is not there, another one is, or too little of it.
    """
    gray, scale = _reduced(photo, PHOTO_SIDE)
    best: Registration | None = None
    most_seen: float | None = None  # of candidates that most of the form is beyond
    for homography in chain(_by_details(printed, gray), _by_marks(printed, gray)):
        if not _is_sane(homography, printed.gray.shape):
            continue
        found, seen = _compared(printed, gray, homography)
        if seen < MIN_SEEN:
            most_seen = max(most_seen or 0.0, seen)
            continue
        if found.agreement >= MIN_AGREEMENT:
            return _at_full_size(found, printed, scale)
        if best is None or found.agreement > best.agreement:
            best = found
    if best is not None:
        raise PictureError(NOT_THIS.format(best.agreement, MIN_AGREEMENT))
    if most_seen is not None:
        raise PictureError(CROPPED.format(most_seen))
    raise PictureError(NOT_FOUND)


def _by_details(printed: Printed, photo: Gray) -> Iterator[Floats]:
    """The homography that most matches of details agree on, if there is one."""
    points, descriptors = _details(photo, PHOTO_DETAILS)
    if min(len(points), len(printed.points)) < MIN_MATCHES:
        return
    matcher = cv2.BFMatcher(cv2.NORM_L2)
    pairs = matcher.knnMatch(printed.descriptors, descriptors, k=2)
    best = [one for one, other in pairs if one.distance < RATIO * other.distance]
    if len(best) < MIN_MATCHES:
        return
    homography, agreeing = cv2.findHomography(
        printed.points[[match.queryIdx for match in best]],
        points[[match.trainIdx for match in best]],
        cv2.USAC_MAGSAC,
        REPROJECTION,
        maxIters=5000,
        confidence=0.999,
    )
    if homography is not None and agreeing.sum() >= MIN_MATCHES:
        yield np.asarray(homography, np.float64)


def _by_marks(printed: Printed, photo: Gray) -> Iterator[Floats]:
    """The homographies that put the corner marks on marks of the photo."""
    if not len(printed.marks):
        return
    for corners in quadrilaterals(find_marks(photo), photo.shape):
        for turn in range(len(corners)):
            turned = np.roll(corners, turn, axis=0)
            yield np.asarray(
                cv2.getPerspectiveTransform(printed.marks, turned), np.float64
            )


def _is_sane(homography: Floats, shape: tuple[int, ...]) -> bool:
    """Whether the form stays a convex quadrilateral, not mirrored, of some size."""
    height, width = shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    depth = corners @ homography[2, :2] + homography[2, 2]
    if not (np.all(depth > 0) or np.all(depth < 0)):  # beyond the horizon
        return False
    mapped = _mapped(homography, corners)
    sides = np.roll(mapped, -1, axis=0) - mapped
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    return bool(np.all(turns > 0) and turns.min() > 0.01 * width * height)


def _compared(
    printed: Printed, photo: Gray, homography: Floats
) -> tuple[Registration, float]:
    """Compare each block of print with the photo, and refine the homography.

    Also returns the share of the blocks that is not beyond the border of the photo.
    """
    sighting = _sighted(printed, photo, homography, REACH[0])
    if len(sighting.middles) >= MIN_BLOCKS and sighting.inside >= MIN_SEEN:
        refined, _ = cv2.findHomography(
            sighting.middles,
            _mapped(homography, sighting.middles + sighting.offsets),
            cv2.RANSAC,
            2.0,
        )
        better: Floats = np.array(homography if refined is None else refined, float)
        if _is_sane(better, printed.gray.shape):
            homography = better
            sighting = _sighted(printed, photo, homography, REACH[1])
    found = Registration(
        homography,
        sighting.agreement,
        sighting.middles,
        sighting.offsets,
        printed.scale,
    )
    return found, sighting.inside


def _sighted(printed: Printed, photo: Gray, homography: Floats, reach: int) -> Sighting:
    """Look for the blocks of print on the photo."""
    size = printed.gray.shape[::-1]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flat = cv2.warpPerspective(photo, homography, size, flags=flags)
    inside = cv2.warpPerspective(np.ones_like(photo), homography, size, flags=flags)
    return printed.blocks.sight(
        np.asarray(flat, np.uint8), np.asarray(inside, np.bool_), reach
    )


def _at_full_size(found: Registration, printed: Printed, scale: float) -> Registration:
    """In pixels of the reference picture and of the photo, not of reduced ones."""
    enlarge = np.diag([scale, scale, 1.0])
    reduce = np.diag([1 / printed.scale, 1 / printed.scale, 1.0])
    return Registration(
        enlarge @ found.homography @ reduce,
        found.agreement,
        found.places * printed.scale,
        found.offsets * printed.scale,
        printed.scale,
    )


def _details(gray: Gray, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The places and descriptors of details, (N, 2) and (N, 128)."""
    keypoints, descriptors = cv2.SIFT.create(nfeatures=count).detectAndCompute(
        gray, None
    )
    if not len(keypoints):
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    # RootSIFT: the distance of square roots (Arandjelovic and Zisserman 2012)
    shares = descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1)
    points = np.array([keypoint.pt for keypoint in keypoints], np.float32)
    return points, np.sqrt(shares).astype(np.float32)


def _mapped(homography: Floats, points: Floats) -> Floats:
    mapped = cv2.perspectiveTransform(points.reshape(-1, 1, 2), homography)
    return np.asarray(mapped, np.float64).reshape(-1, 2)


def _reduced(gray: Gray, side: int) -> tuple[Gray, float]:
    """A picture at most ``side`` long, and pixels of the original per pixel of it."""
    height, width = gray.shape
    scale = max(1.0, max(height, width) / side)
    if scale == 1:
        return gray, 1.0
    size = max(1, round(width / scale)), max(1, round(height / scale))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), scale
