"""Shapes that MNIST lacks, drawn as a hand would draw them.

MNIST's writers were American: their 1 is a bare stroke, their 7 is not crossed. The
rest of the world writes a 1 with a flag and a foot, crosses its 7, closes its 4.
Signs of arithmetic and a few letters that hands write differently from any printed
font are drawn the same way.

A shape is one line of text. Strokes are parted by ``|``, points are ``x,y`` in units of
the height, from the top left; ``~`` before a stroke bends it into a curve.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.training.chance import pick
from inkten.training.strokes import MARGIN, Trace, line

DIGIT_SHAPES: dict[int, tuple[str, ...]] = {
    0: (
        "~.3,0 .06,.25 .05,.7 .28,1 .52,.75 .54,.3 .32,.01 .25,.02",
        "~.35,.02 .1,.15 .02,.6 .22,1 .48,.78 .55,.35 .4,.02 .2,.1",
        "~.3,0 .02,.45 .28,1 .56,.5 .3,0 .28,0|.52,.05 .06,.95",  # slashed
    ),
    1: (
        ".1,0 .1,1",
        ".1,0 .12,.5 .1,1",
        ".08,0 .12,1",
        ".2,0 .05,1",
        ".0,0 .25,1",
        "0,.25 .22,0 .22,1",
        "0,.45 .36,0 .36,1",  # a long flag, and still no 7
        "0,.3 .3,0 .2,1",
        "0,.22 .25,0 .25,1|.02,1 .48,1",
        ".05,.18 .25,0 .25,1|.0,1 .5,.98",
        "~0,.25 .16,.15 .26,0|.26,0 .26,1",
        "0,.4 .34,0 .34,1|.1,1 .56,1",
    ),
    2: (
        "~.04,.22 .25,0 .48,.2 .36,.5 0,1|0,1 .55,1",
        "~.04,.2 .28,0 .48,.22 .3,.62 .08,.96 .0,.88 .1,.8 .32,.94 .6,.96",  # looped
        "~.02,.15 .3,0 .45,.25 .25,.6 .02,.98|~.02,.98 .25,.92 .55,1",
    ),
    3: (
        "~.04,.12 .28,0 .46,.2 .2,.45 .52,.7 .3,1 0,.9",
        "0,.02 .48,0 .2,.4|~.2,.4 .5,.52 .5,.85 .25,1 0,.92",  # flat top
        "~.02,.05 .35,.02 .4,.3 .18,.44 .22,.46 .5,.6 .42,.95 .0,.98",
    ),
    4: (
        ".08,0 0,.58 .56,.56|.4,.2 .4,1",  # open
        "~.04,0 .02,.4 .2,.54 .5,.48|.5,0 .48,1",
        ".2,0 0,.6 .56,.6|.42,.34 .36,1",
        ".4,1 .4,0 0,.65 .58,.65",  # closed
        ".46,0 0,.62 .62,.62|.46,0 .42,1",
    ),
    5: (
        "~.1,.02 .06,.42 .3,.36 .52,.66 .32,.98 0,.92|.1,.02 .55,0",
        ".5,0 .08,.02 .05,.42|~.05,.42 .4,.38 .5,.75 .28,1 0,.93",
        ".08,.05 .03,.45|~.03,.45 .3,.4 .5,.65 .35,.95 0,1|.08,.06 .5,.03",
    ),
    6: (
        "~.45,0 .15,.3 .02,.7 .25,1 .5,.78 .32,.55 .06,.72",
        "~.5,.14 .4,0 .14,.22 .02,.68 .25,1 .52,.78 .3,.52 .05,.7",  # curled
        "~.28,0 .08,.45 .04,.8 .25,1 .46,.8 .3,.6 .08,.74",
    ),
    7: (
        "0,.02 .52,0 .2,1",
        "0,.02 .52,0 .18,1|.12,.5 .5,.48",  # crossed
        "0,.14 .02,0 .54,0 .22,1|.1,.52 .52,.45",
        "0,.0 .5,.02|~.5,.02 .3,.45 .24,1|.08,.5 .48,.5",
        "0,.16 .0,.02 .52,0 .25,1",
    ),
    8: (
        "~.5,.14 .27,0 .07,.2 .27,.46 .52,.76 .27,1 .03,.76 .27,.46 .47,.22 .46,.1",
        "~.25,.46 .06,.24 .26,0 .46,.24 .25,.46 .02,.75 .26,1 .5,.75 .25,.46 .24,.45",
    ),
    9: (
        "~.48,.15 .25,0 .03,.25 .22,.5 .46,.34|.48,.08 .48,1",  # straight
        "~.46,.25 .25,0 .04,.26 .25,.5 .46,.25 .46,.65 .3,1 .06,.92",
        "~.5,.12 .22,.02 .04,.3 .25,.48 .48,.2|~.48,.16 .44,.6 .3,1",
    ),
}

SIGN_SHAPES: dict[str, tuple[str, ...]] = {
    "+": ("0,.5 1,.5|.5,0 .5,1", ".05,.55 .95,.45|.52,0 .48,1"),
    "-": ("0,.5 1,.5", "~0,.52 .5,.46 1,.5"),
    "x": ("0,0 1,1|1,0 0,1", "~0,.1 .5,.45 .9,1|~.9,0 .5,.5 .05,1"),
    "/": (".55,0 0,1", ".75,0 0,1"),
    "=": ("0,.2 1,.2|0,.7 1,.7", "0,.25 1,.2|.05,.7 .95,.65"),
    "÷": (
        "0,.5 1,.5|.5,.08 .5,.1|.5,.9 .5,.92",
        "0,.5 1,.5|.48,.1 .52,.14|.5,.85 .5,.9",
    ),
    "(": ("~.25,0 .05,.3 .05,.7 .25,1",),
    ")": ("~0,0 .2,.3 .2,.7 0,1",),
    "[": (".25,0 0,0 0,1 .25,1",),
    "]": ("0,0 .25,0 .25,1 0,1",),
    "<": (".7,0 0,.5 .7,1",),
    ">": ("0,0 .7,.5 0,1",),
    "√": ("0,.6 .12,.5 .35,1 .6,0 1.6,0",),
    "✓": ("0,.6 .3,1 .9,0", "~0,.6 .25,1 .5,.5 1,0"),
    "→": ("0,.5 1.6,.5|1.2,.2 1.6,.5 1.2,.8",),
    "*": ("0,.2 .8,.8|.8,.2 0,.8|.4,0 .4,1",),
    "#": (".3,0 .2,1|.7,0 .6,1|0,.35 .9,.33|0,.68 .9,.66",),
    "~": ("~0,.6 .25,.4 .5,.5 .75,.6 1,.4",),
    "α": (  # noqa: RUF001 - Greek indeed
        "~.9,0 .55,.6 .25,1 0,.6 .2,.15 .5,.5 .95,1",
        "~1,.1 .4,.9 .05,.7 .1,.2 .45,.3 1,.95",
        "~1.3,0 .75,.6 .35,.98 .02,.75 .25,.35 .7,.5 1.4,1",
        "~.85,.02 .7,.35 .45,.85 .2,1 .02,.6 .2,.08 .45,.12 .65,.6 .9,1",
        "~1.5,0 .8,.75 .3,1 0,.6 .3,.15 .8,.5 1.45,.95",
    ),
    "β": (  # written in one stroke from the foot, or a stem and two bows
        "~0,1 .15,.5 .3,.1 .55,0 .62,.2 .3,.38 .3,.38 .62,.5 .55,.75 .15,.78",
        "~.0,1 .08,.5 .12,.1 .35,.0 .5,.12 .2,.32 .52,.48 .45,.72 .1,.7",
        ".12,.02 .05,1|~.1,.05 .45,.0 .5,.25 .12,.36|~.12,.36 .55,.45 .5,.72 .08,.7",
        "~-.05,1 .1,.7 .2,.2 .5,.0 .7,.1 .6,.28 .35,.4 .68,.5 .6,.72 .2,.78 .0,.72",
    ),
    "γ": (  # noqa: RUF001 - Greek indeed
        "~0,.15 .15,0 .3,.35 .28,.95 .2,.85 .35,.4 .6,0",
        "0,0 .28,.4|.6,0 .15,1",
        "~0,.2 .12,.02 .3,.1 .32,.42|~.62,0 .45,.4 .25,1",
        "~0,.1 .2,0 .32,.3 .38,.6|~.75,.05 .5,.45 .38,.7 .32,1",
        "~0,.0 .25,.25 .45,.7 .42,1 .36,1 .36,.7 .55,.3 .85,.0",
        "~0,.15 .2,.02 .3,.4 .42,.48 .55,.4 .62,0|.62,0 .4,1",
    ),
    "Ω": (
        "~0,1 .3,.97 .1,.5 .2,.1 .6,0 .95,.2 .95,.6 .75,.97 1.1,1",
        "0,1 .45,1|~.45,1 .2,.6 .25,.15 .65,0 1.05,.15 1.1,.6 .85,1|.85,1 1.3,1",
        "0,.95 .5,.95|~.5,.95 .45,.6 .35,.35 .5,.08 .8,.0 1.1,.1 1.2,.35 1.1,.6 1.05,1"
        "|1.05,1 1.5,.98",
    ),
    "B": (
        "0,0 0,1|~0,.02 .5,0 .48,.42 0,.48|~0,.48 .6,.5 .55,.98 0,1",
        ".02,.0 0,1|~.0,.02 .42,.05 .3,.4 .02,.48 .5,.55 .45,.9 -.04,1",
    ),
    "C": ("~.6,.12 .35,0 .02,.4 .2,.95 .65,.88",),
    "F": ("0,0 0,1|0,.02 .5,0|0,.48 .4,.46",),
    "P": ("0,0 0,1|~0,.02 .55,.05 .45,.5 0,.52",),
    "R": ("0,0 0,1|~0,.02 .55,.05 .45,.45 0,.5|.1,.5 .55,1",),
    "T": ("0,0 .75,0|.38,0 .38,1",),
    "U": ("~0,0 .02,.7 .3,1 .58,.7 .6,0",),
    "V": ("0,0 .3,1 .65,0",),
    "X": ("0,0 .6,1|.6,0 0,1",),
    "a": ("~.5,.1 .2,.02 .0,.5 .2,.98 .5,.4|.52,.05 .55,1",),
    "e": ("~0,.5 .55,.45 .4,.02 .05,.3 .1,.9 .6,.9",),
    "h": ("0,0 0,1|~0,.7 .3,.45 .45,.65 .45,1",),
    "n": ("0,.05 0,1|~0,.4 .35,.02 .6,.3 .6,1",),
    "r": ("0,.0 .02,1|~.02,.4 .2,.1 .5,.05",),
    "t": (".25,0 .25,.9 .5,1|0,.3 .55,.28", ".2,0 .2,1|0,.3 .45,.3"),
    "y": ("0,0 .25,.5|.55,0 .1,1", "~0,0 .1,.4 .4,.4 .5,0|~.5,0 .48,.7 .25,1 .05,.85"),
    "λ": ("~0,.02 .15,.02 .35,.5 .6,1|.32,.45 0,1",),
    "A": ("0,1 .4,0 .8,1|.15,.62 .65,.62", "~0,1 .3,.2 .45,0 .5,.3 .6,1|.1,.6 .7,.55"),
    "Y": ("0,0 .35,.45 .7,0|.35,.45 .35,1",),
    "N": ("0,1 0,0 .6,1 .6,0",),
    "E": (".5,0 0,0 0,1 .5,1|0,.48 .42,.48",),
    "K": ("0,0 0,1|.5,0 0,.55 .55,1",),
    "H": ("0,0 0,1|.6,0 .6,1|0,.5 .6,.48",),
    "M": ("0,1 .1,0 .45,.7 .8,0 .9,1",),
    "W": ("0,0 .25,1 .5,.2 .75,1 1,0",),
}

_HEIGHT = 40  # pixels of a shape while it is drawn
_FINER = 4  # binary places of a pixel that cv2 keeps
_JITTER = 0.025  # of the height: no hand meets the same point twice


def digit_shape(rng: np.random.Generator, value: int) -> Trace:
    """One of the drawn forms of a digit, by no hand twice the same."""
    return _drawn(rng, DIGIT_SHAPES[value])


def sign_shape(rng: np.random.Generator, sign: str) -> Trace:
    """One of the drawn forms of a sign of ``SIGN_SHAPES``."""
    return _drawn(rng, SIGN_SHAPES[sign])


def _drawn(rng: np.random.Generator, forms: tuple[str, ...]) -> Trace:
    points, weights, ends = _form(pick(rng, forms))
    path = weights @ (points + rng.normal(0, _JITTER, points.shape))
    path -= path.min(axis=0)
    wide, high = (path.max(axis=0) * _HEIGHT).astype(int) + (2 * MARGIN + 1)
    drawn = np.zeros((high, wide), np.uint8)
    fixed = np.round((path * _HEIGHT + MARGIN) * 2**_FINER).astype(np.int32)
    strokes = np.split(fixed, ends)
    cv2.polylines(drawn, strokes, False, 1, 1, cv2.LINE_8, _FINER)
    return line(drawn)


@cache
def _form(
    text: str,
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, ...]]:
    """A form's (N, 2) points, the (P, N) weights that make a path of them, its breaks.

    A curve through points is linear in the points: with the weights kept, drawing a
    form by another hand is one product.
    """
    points, blocks = [], []
    for stroke in text.split("|"):
        pairs = [pair.split(",") for pair in stroke.strip("~").split()]
        points += [(float(x), float(y)) for x, y in pairs]
        bent = stroke.startswith("~")
        blocks.append(curve_weights(len(pairs)) if bent else np.eye(len(pairs)))
    weights = np.zeros((sum(len(block) for block in blocks), len(points)))
    row = column = 0
    ends = []
    for block in blocks:
        rows, columns = block.shape
        weights[row : row + rows, column : column + columns] = block
        row, column = row + rows, column + columns
        ends.append(row)
    return np.array(points), weights, tuple(ends[:-1])


@cache
def curve_weights(count: int, steps: int = 8) -> NDArray[np.float64]:
    """Weights ((count - 1) * steps, count) of a Catmull-Rom curve through points.

    E. Catmull and R. Rom, "A class of local interpolating splines", 1974.
    """
    t = np.linspace(0, 1, steps)[:, None]
    powers = np.hstack([np.ones_like(t), t, t**2, t**3])
    spline = np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]]) / 2
    # Each end is met by going on straight: the point before the first is 2 a - b.
    around = np.vstack([np.zeros(count), np.eye(count), np.zeros(count)])
    around[0, :2] += (2, -1)
    around[-1, -2:] += (-1, 2)
    pieces = [powers @ spline @ around[start : start + 4] for start in range(count - 1)]
    return np.vstack(pieces)
