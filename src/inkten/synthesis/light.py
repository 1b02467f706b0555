"""Light on a photographed page: lamps, vignetting and shadows."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.synthesis.noise import hills
from inkten.synthesis.sampling import happens, log_uniform, pick


def light(rng: np.random.Generator, side: int) -> NDArray[np.float32]:
    """Brightness of a photographed page: (side, side), about 0.4 to 1.1.

    Uneven lamps, a lens darker in the corners, the shadow of the writer's hand.
    """
    lit = np.ones((side, side), np.float32)
    if happens(rng, 0.6):
        lamps = int(rng.integers(2, 4))
        lit += np.float32(rng.uniform(0, 0.25)) * hills(rng, side, lamps)
    if happens(rng, 0.2):
        across = np.linspace(-1, 1, side, dtype=np.float32) ** 2
        lit *= 1 - np.float32(rng.uniform(0.05, 0.25)) * (across + across[:, None])
    for _ in range(pick(rng, (0, 1, 2), (0.72, 0.2, 0.08))):
        lit *= 1 - np.float32(rng.uniform(0.1, 0.5)) * _shadow(rng, side)
    return np.clip(lit, 0.4, 1.15)


def _shadow(rng: np.random.Generator, side: int) -> NDArray[np.float32]:
    """1 in the shadow of a hand, a phone or a head; round or straight, hard or soft."""
    mask = np.zeros((side, side), np.uint8)
    x, y = (int(place) for place in rng.uniform(0, side, 2))
    if happens(rng, 0.5):  # round: a fist and its fingers
        for _ in range(int(rng.integers(1, 5))):
            wide, high = rng.uniform(0.08, 0.5) * side, rng.uniform(0.15, 0.7) * side
            axes, turn = (int(wide), int(high)), rng.uniform(0, 180)
            cv2.ellipse(mask, (x, y), axes, turn, 0, 360, 255, -1)
            x += int(rng.normal(0, 0.12 * side))
            y += int(rng.normal(0, 0.12 * side))
    else:
        turn = rng.uniform(0, 2 * np.pi)
        along = 2 * side * np.array([np.cos(turn), np.sin(turn)])
        aside = along[::-1] * (1, -1)
        corners = np.array([-along, along, along + aside, aside - along])
        cv2.fillPoly(mask, [(corners + np.array((x, y))).astype(np.int32)], 255)
    blur = 2 * int(log_uniform(rng, 1, side / 8)) + 1
    soft = cv2.blur(cv2.blur(mask, (blur, blur)), (blur, blur))
    return soft.astype(np.float32) * np.float32(1 / 255)
