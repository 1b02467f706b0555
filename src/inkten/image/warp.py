"""A part of a picture, cut out straight."""

import cv2
import numpy as np
from numpy.typing import NDArray


def warp_part(
    gray: NDArray[np.uint8],
    to_picture: NDArray[np.float64],
    size: tuple[int, int],
    *,
    shrink: float = 1.0,
) -> NDArray[np.uint8]:
    """Cut a part out of a picture, whose border is repeated beyond it.

    Only what is under the part is warped: OpenCV 4 refuses pictures of a side above
    32,766 px.

    Args:
        gray: (H, W) uint8.
        to_picture: (2, 3), the affine map from pixels of the part to the picture's.
        size: width and height of the part, pixels.
        shrink: a zoom below 1 by which the picture is first reduced, averaging its
            pixels, as thin strokes would fall between those of a much smaller part.
    """
    width, height = size
    turn, start = to_picture[:, :2], to_picture[:, 2]
    ends = start + np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ turn.T
    whole = np.array(gray.shape[::-1])
    low = np.clip(np.floor(ends.min(axis=0)) - 2, 0, whole - 1).astype(int)
    high = np.clip(np.ceil(ends.max(axis=0)) + 3, low + 1, whole).astype(int)
    crop = gray[low[1] : high[1], low[0] : high[0]]
    if shrink < 1:
        sides = [max(1, round(side * shrink)) for side in crop.shape[::-1]]
        crop = np.asarray(
            cv2.resize(crop, sides, interpolation=cv2.INTER_AREA), np.uint8
        )
    to_crop = np.hstack([turn, (start - low)[:, None]]) * shrink
    part = cv2.warpAffine(
        crop,
        to_crop,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(part, np.uint8)
