"""Random damage to files, for the tests and the ``stress`` programs."""

import random
import zlib

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def mutate(content: bytes, rng: random.Random) -> bytes:
    """Change, cut, repeat or insert some bytes."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 2, 8, 40))):
        # The header is hit as often as the rest: it holds the sizes and types.
        end = rng.choice((64, len(changed)))
        place = rng.randrange(max(1, min(end, len(changed))))
        match rng.randrange(4):
            case 0:
                changed[place : place + 1] = bytes([rng.randrange(256)])
            case 1:
                del changed[place : place + rng.choice((1, 4, 1000))]
            case 2:
                changed[place:place] = rng.randbytes(rng.choice((1, 4, 64)))
            case _:
                changed[place:place] = changed[place : place + 64]
    return bytes(changed)


def with_right_checksums(content: bytes) -> bytes:
    """Correct the checksums of a PNG's chunks, as far as its chunks can be parsed.

    Otherwise decoders stop at the first wrong checksum, and the code behind it is never
    reached.
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
