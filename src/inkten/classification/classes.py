"""The classes of a classifier that names signs.

A tile shows one of ten digits, nothing, a sign that numbers are written with, a rule
or edge, or a letter or other symbol. The first eleven are the classes of a classifier
that knows digits and "no digit" alone.
"""

DIGITS = 10
NO_DIGIT = 10  # the eleventh class, if a classifier has one: not a digit
NOTHING = NO_DIGIT  # bare paper, dirt, a part of something larger
SIGNS = (".", ",", "-", "/", ":", "+", "=", "x", "÷", "(", ")", "%", "½")
RULE = NOTHING + 1 + len(SIGNS)  # a ruled line, the edge of a cell or of the paper
OTHER = RULE + 1  # a letter or another symbol
CLASSES = (*map(str, range(DIGITS)), "nothing", *SIGNS, "rule", "other")
SIGN_CLASSES = slice(NOTHING + 1, RULE)

# Signs that share a class: their place tells an apostrophe from a comma, and the others
# are written for one another.
_SAME_CLASS = {
    "'": ",", "’": ",", "·": ".", "−": "-", "–": "-", "|": "/",  # noqa: RUF001
    "×": "x", "*": "x", "[": "(", "]": ")",  # noqa: RUF001
}  # fmt: skip


def class_of(text: str) -> int:
    """The class of a digit, sign, letter or word; OTHER if it has none of its own.

    >>> class_of("7"), CLASSES[class_of("*")], CLASSES[class_of("total")]
    (7, 'x', 'other')
    """
    text = _SAME_CLASS.get(text, text)
    if text in SIGNS:
        return NOTHING + 1 + SIGNS.index(text)
    return int(text) if len(text) == 1 and text in "0123456789" else OTHER
