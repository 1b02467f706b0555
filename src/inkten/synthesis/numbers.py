"""Texts of numbers as people write them: amounts, dates, marks, telephone numbers."""

import numpy as np

from inkten.synthesis.sampling import happens, pick


def digits(rng: np.random.Generator, count: int) -> str:
    """``count`` digits, with more repetitions, zeros and ones than chance gives."""
    text = ""
    for _ in range(count):
        if text and happens(rng, 0.12):
            text += text[-1]
        elif happens(rng, 0.1):
            text += pick(rng, "01")
        else:
            text += str(int(rng.integers(10)))
    return text


def round_number(rng: np.random.Generator) -> str:
    """A number that ends in zeros, as prices do."""
    return digits(rng, int(rng.integers(1, 3))) + "0" * int(rng.integers(1, 4))


def amount(rng: np.random.Generator) -> str:
    """An amount of money, in one of many notations."""
    kind = int(rng.integers(8))
    if kind == 0:
        return f"{digits(rng, int(rng.integers(1, 3)))},{digits(rng, 3)}"
    if kind == 1:
        return f"{digits(rng, int(rng.integers(1, 4)))}.{digits(rng, 2)}"
    if kind == 2:
        return round_number(rng) + pick(rng, ("/-", "-", ".-", "="))
    if kind == 3:
        return pick(rng, "$#") + digits(rng, int(rng.integers(1, 4)))
    if kind == 4:
        return round_number(rng)
    return digits(rng, int(rng.integers(2, 5)))


def date(rng: np.random.Generator) -> str:
    """A date: day, month and sometimes a year."""
    day, month = f"{rng.integers(1, 32)}", f"{rng.integers(1, 13)}"
    if happens(rng, 0.5):
        day, month = day.zfill(2), month.zfill(2)
    sign = pick(rng, "/|.-/")
    year = pick(rng, ("", f"20{rng.integers(10, 30)}", f"{rng.integers(10, 100)}"))
    return sign.join(filter(None, (day, month, year)))


def arithmetic(rng: np.random.Generator) -> str:
    """A line of arithmetic, sometimes with brackets."""
    terms = []
    for _ in range(int(rng.integers(2, 5))):
        term = digits(rng, int(rng.integers(1, 3)))
        if happens(rng, 0.2):
            inner = pick(rng, "+-x")
            term = f"({term}{inner}{digits(rng, 1)})"
        terms.append(term)
    text = terms[0]
    for term in terms[1:]:
        text += pick(rng, "++--xx*÷/") + term
    return text + ("=" if happens(rng, 0.5) else "")


def telephone(rng: np.random.Generator) -> str:
    """A long number in groups."""
    groups = [digits(rng, int(rng.integers(2, 5))) for _ in range(3)]
    return pick(rng, (" ", "", "-", " ")).join(groups)


def short_number(rng: np.random.Generator) -> str:
    """A mark, count, score or percentage."""
    kind = int(rng.integers(8))
    if kind == 0:
        return digits(rng, int(rng.integers(1, 3))) + "%"
    if kind == 1:
        return f"{digits(rng, 2)}.{digits(rng, 1)}"
    if kind == 2:
        return f"{digits(rng, 1)}/{digits(rng, int(rng.integers(1, 3)))}"
    if kind == 3:
        return f"({digits(rng, int(rng.integers(1, 3)))})"
    return digits(rng, int(rng.integers(1, 4)))


def any_number(rng: np.random.Generator) -> str:
    """A number of any kind."""
    kinds = (amount, date, short_number, telephone, arithmetic)
    return pick(rng, kinds, (0.3, 0.15, 0.3, 0.15, 0.1))(rng)
