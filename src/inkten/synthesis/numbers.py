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


def with_signs(rng: np.random.Generator) -> str:
    """A number with signs as people write it: 12.50, 1'000, -3, 10:30, 45÷9, 5½."""
    kinds = (
        _decimal, _grouped, _negative, date, _time, _fraction, _quotient, _half,
        _percentage, _bracketed, _price, arithmetic, _equation,
    )  # fmt: skip
    shares = (
        0.19,
        0.1,
        0.09,
        0.09,
        0.08,
        0.07,
        0.05,
        0.05,
        0.05,
        0.03,
        0.05,
        0.1,
        0.05,
    )
    return pick(rng, kinds, shares)(rng)


def _some(rng: np.random.Generator, most: int) -> str:
    return digits(rng, int(rng.integers(1, most + 1)))


def _decimal(rng: np.random.Generator) -> str:
    places = pick(rng, (1, 2, 3), (0.35, 0.5, 0.15))
    return f"{_some(rng, 3)}{pick(rng, '.,')}{digits(rng, places)}"


def _grouped(rng: np.random.Generator) -> str:
    mark = pick(rng, "''.,")
    text = f"{_some(rng, 3)}{mark}{digits(rng, 3)}"
    if happens(rng, 0.2):
        text += f"{pick(rng, ',' if mark == '.' else '.')}{digits(rng, 2)}"
    return text


def _negative(rng: np.random.Generator) -> str:
    return pick(rng, "---+") + (_decimal(rng) if happens(rng, 0.3) else _some(rng, 3))


def _time(rng: np.random.Generator) -> str:
    text = f"{rng.integers(24)}:{rng.integers(60):02}"
    return f"{text}:{rng.integers(60):02}" if happens(rng, 0.1) else text


def _fraction(rng: np.random.Generator) -> str:
    return f"{_some(rng, 2)}/{_some(rng, 2)}"


def _quotient(rng: np.random.Generator) -> str:
    return f"{_some(rng, 2)}{pick(rng, '÷÷:x')}{_some(rng, 2)}"


def _half(rng: np.random.Generator) -> str:
    return f"{_some(rng, 2)}½"


def _percentage(rng: np.random.Generator) -> str:
    text = _decimal(rng) if happens(rng, 0.3) else _some(rng, 2)
    return f"{text}%"


def _bracketed(rng: np.random.Generator) -> str:
    return f"({_some(rng, 3)})"


def _price(rng: np.random.Generator) -> str:
    return _some(rng, 3) + pick(rng, (".-", "/-", "-", ".--"))


def _equation(rng: np.random.Generator) -> str:
    sign = pick(rng, "+-x÷/")
    return f"{_some(rng, 2)}{sign}{_some(rng, 1)}={_some(rng, 2)}"


def any_number(rng: np.random.Generator) -> str:
    """A number of any kind."""
    kinds = (amount, date, short_number, telephone, arithmetic)
    return pick(rng, kinds, (0.3, 0.15, 0.3, 0.15, 0.1))(rng)
