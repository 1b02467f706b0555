"""Many pictures: large ones are read one by one, small ones together in batches.

One run of a network over many small pictures is several times faster than a run for
each. What is read, and in which order, stays the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from inkten.errors import PictureTooLarge
from inkten.image.decode import GrayImage, decode
from inkten.image.source import UNREADABLE, Picture, Unreadable, hold, naming
from inkten.options import ReadOptions
from inkten.reading import Reading

BATCH = 64  # pictures read together: larger batches gain little
BATCH_PIXELS = 8_000_000  # ... or fewer: all are in memory until they are read
SMALL = 256  # px, the long side: larger pictures gain nothing from being read together

# Reader's methods: a picture that is decoded, and may be so again at full size ...
ReadLarge: TypeAlias = Callable[[Picture, GrayImage, ReadOptions], Reading]
# ... and several that are at full size, turned as the options say
ReadSmall: TypeAlias = Callable[[Sequence[GrayImage], ReadOptions], list[Reading]]

_Started: TypeAlias = GrayImage | Reading | Unreadable  # gray: to be read in a batch


def read_in_batches(
    pictures: Iterable[Picture | Unreadable],
    options: ReadOptions,
    read_large: ReadLarge,
    read_small: ReadSmall,
) -> Iterator[list[Reading | Unreadable]]:
    """Read pictures lazily, a list for each of the next ``BATCH`` pictures.

    Args:
        pictures: errors among them are passed through.
        options: how to read them.
        read_large: reads one picture.
        read_small: reads several pictures together.

    Yields:
        A reading for each picture, in order, or the error of a bad one.
    """
    batch: list[_Started] = []
    pixels = 0
    for picture in pictures:
        started = _start(picture, options, read_large)
        batch.append(started)
        pixels += _pixels_held(started)
        if len(batch) == BATCH or pixels >= BATCH_PIXELS:
            yield _finish(batch, options, read_small)
            batch, pixels = [], 0
    if batch:
        yield _finish(batch, options, read_small)


def _start(
    picture: Picture | Unreadable, options: ReadOptions, read_large: ReadLarge
) -> _Started:
    """Read a large picture; only decode a small one."""
    if isinstance(picture, UNREADABLE):
        return picture
    try:
        with naming(picture):
            source = hold(picture, options.limits)
            image = decode(source, options.limits)
            if max(image.pixels.shape) <= SMALL:
                return image.rotated(options.first_turn)
            return read_large(source, image, options)
    except UNREADABLE as error:
        return error


def _finish(
    batch: Sequence[_Started], options: ReadOptions, read_small: ReadSmall
) -> list[Reading | Unreadable]:
    """Read the small pictures of a batch together."""
    small = [each for each in batch if isinstance(each, GrayImage)]
    readings = iter(_read_together(small, options, read_small))
    return [next(readings) if isinstance(each, GrayImage) else each for each in batch]


def _read_together(
    images: Sequence[GrayImage], options: ReadOptions, read_small: ReadSmall
) -> Sequence[Reading | Unreadable]:
    if not images:
        return []
    try:
        return read_small(images, options)
    except PictureTooLarge as error:  # one has too many digits; the others may not
        if len(images) == 1:
            return [error]
        return [
            answer
            for image in images
            for answer in _read_together([image], options, read_small)
        ]


def _pixels_held(started: _Started) -> int:
    """How many pixels stay in memory until the batch is read."""
    match started:
        case GrayImage(pixels) | Reading(gray=pixels):
            return pixels.size
    return 0
