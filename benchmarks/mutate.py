"""Damage done to files at random: for the tests and for the ``stress`` programs."""

import random
import zlib

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


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


def with_right_checksums(content: bytes) -> bytes:
    """Put the checksums of a PNG's chunks right, as far as its chunks can be followed.

    Without that nearly all damage to a PNG ends at the first checksum, and what stands
    behind it in a decoder is never tried.
    """
    changed, start = bytearray(content), len(PNG_SIGNATURE)
    while start + 12 <= len(changed):
        length = int.from_bytes(changed[start : start + 4], "big")
        end = start + 8 + length
        if end + 4 > len(changed):
            break
        checksum = zlib.crc32(changed[start + 4 : end])
        changed[end : end + 4] = checksum.to_bytes(4, "big")
        start = end + 4
    return bytes(changed)
