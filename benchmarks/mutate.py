"""Damage done to files at random: for the tests and for ``stress_serve.py``."""

import random


def mutate(content: bytes, chance: random.Random) -> bytes:
    """Change, cut, repeat or insert some bytes."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 40))):
        # The head is hit as often as all the rest: there sizes and kinds stand.
        end = chance.choice((64, len(changed)))
        place = chance.randrange(max(1, min(end, len(changed))))
        match chance.randrange(4):
            case 0:
                changed[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[place : place + chance.choice((1, 4, 1000))]
            case 2:
                changed[place:place] = chance.randbytes(chance.choice((1, 4, 64)))
            case _:
                changed[place:place] = changed[place : place + 64]
    return bytes(changed)
