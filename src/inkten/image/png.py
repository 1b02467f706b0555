"""The chunks of a PNG, read before anything is decoded (W3C PNG, section 5)."""

from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS_ONLY = {b"IHDR", b"IDAT", b"IEND"}
# The bit depth and colour type in IHDR: 8 bits, gray or RGB, none of it transparent.
PLAIN = (b"\x08\x00", b"\x08\x02")


def is_for_opencv(content: bytes) -> bool:
    """Whether OpenCV may decode a PNG.

    Not a truncated PNG: OpenCV allocates what a chunk claims to hold. Nor one with a
    colour profile: its libpng prints the name of an unusual profile to stderr.
    """
    chunks = set(_chunks(content))
    return b"IEND" in chunks and b"iCCP" not in chunks


def size_if_plain(content: bytes) -> tuple[int, int] | None:
    """Width and height of a complete PNG of 8-bit gray or RGB pixels only.

    None for all others: not a PNG, truncated, transparent, or with metadata.
    """
    if not content.startswith(SIGNATURE) or content[24:26] not in PLAIN:
        return None
    chunks = list(_chunks(content))
    plain = chunks[:1] == [b"IHDR"] and chunks[-1] == b"IEND"
    if not plain or not PIXELS_ONLY.issuperset(chunks):
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _chunks(content: bytes) -> Iterator[bytes]:
    """The names of the chunks, up to the end of the file or its truncation."""
    start, name = len(SIGNATURE), b""
    while start + 12 <= len(content) and name != b"IEND":
        name = content[start + 4 : start + 8]
        yield name
        start += 12 + int.from_bytes(content[start : start + 4], "big")
