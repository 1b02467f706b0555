"""Any picture -> gray: upright, opaque, 8 bits, with its scale.

The header is read by Pillow, so that limits are checked before anything is decoded.
OpenCV decodes the common forms, Pillow the others (palettes, CMYK, alpha, 16 bits,
GIF, AVIF, HEIC).
"""

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from inkten.errors import MissingExtra, PictureError, PictureTooLarge
from inkten.pixels import array_to_gray, compose, rgb_to_gray

Picture: TypeAlias = (
    str
    | os.PathLike[str]
    | bytes
    | bytearray
    | memoryview
    | BinaryIO
    | Image.Image
    | NDArray[np.generic]
)

READ_FORMS = "PNG, JPEG, WebP, BMP, TIFF, GIF or AVIF; HEIC with inkten[heic]"
ENOUGH_PIXELS = 1200  # px; a long side of this is kept when a JPEG is decoded smaller
EXIF_ORIENTATION = 0x0112  # TIFF 6.0 / EXIF 2.32, tag 274
TURNS = {  # EXIF orientation -> what makes the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
OPENCV_MODES = {  # what OpenCV turns into gray just as Pillow would, only faster
    "JPEG": ("L", "RGB"),
    "PNG": ("L", "RGB"),
    "BMP": ("L", "RGB"),
    "WEBP": ("RGB",),
}

_opening = threading.Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before it is decoded: files of more bytes or more pixels."""

    max_pixels: int = 100_000_000
    max_bytes: int = 100_000_000


@dataclass(frozen=True, slots=True)
class Gray:
    """A picture as gray: ``pixels`` (H, W) uint8, upright.

    ``scale`` is the pixels of the upright original per pixel of this one: 4.0 for a
    large JPEG that was decoded at a quarter of its size.
    """

    pixels: NDArray[np.uint8]
    scale: float = 1.0


def decode(picture: Picture, limits: Limits | None = None) -> Gray:
    """Turn any picture into gray.

    Args:
        picture: a path, the bytes of a file, an open binary file, a PIL image, or an
            array: (H, W) gray, (H, W, 3) RGB or (H, W, 4) RGBA, uint8, uint16, bool,
            or floats in 0..1 or 0..255.
        limits: bytes and pixels above which a picture is refused undecoded.

    Raises:
        PictureError: not a picture, damaged, empty, missing, or unreadable.
        PictureTooLarge: past one of the limits.
        MissingExtra: a HEIC file where pillow-heif is not installed.
    """
    limits = limits or Limits()
    if isinstance(picture, np.ndarray):
        _check_pixels(picture.shape[1::-1], limits, "the array")
        return Gray(array_to_gray(picture))
    if isinstance(picture, Image.Image):
        _check_pixels(picture.size, limits, "the image")
        return Gray(_upright(_image_to_gray(picture), _orientation(picture)))
    name = name_of(picture)
    return _decode_bytes(read_bytes(picture, limits), name, limits)


def decode_as_opencv(
    picture: Picture, limits: Limits | None = None
) -> NDArray[np.uint8]:
    """Turn a picture into (H, W) uint8 gray just as ``cv2.imread`` and ``cvtColor`` do.

    Transparency is dropped and nothing is decoded smaller; what OpenCV does not read
    is decoded as usual. Limits and errors are those of ``decode``.
    """
    limits = limits or Limits()
    if isinstance(picture, np.ndarray | Image.Image):
        return decode(picture, limits).pixels
    name, content = name_of(picture), read_bytes(picture, limits)
    with _open_header(content, name) as image:
        _check_pixels(image.size, limits, name)
    bgr = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        return _decode_bytes(content, name, limits).pixels
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def name_of(picture: Picture) -> str:
    """What messages call a picture: its path, or the kind of thing it is."""
    if isinstance(picture, str | os.PathLike):
        return os.fspath(picture)
    return "the picture"


def read_bytes(picture: Picture, limits: Limits) -> bytes:
    """Return the bytes of a file, whichever way it came, within the limits.

    Raises:
        PictureError: missing, a folder, not readable, empty, or not a picture type.
        PictureTooLarge: more than ``limits.max_bytes``.
    """
    name = name_of(picture)
    if isinstance(picture, bytes | bytearray | memoryview):
        content = bytes(picture)
    elif isinstance(picture, str | os.PathLike):
        content = _read_file(Path(picture), name, limits)
    elif hasattr(picture, "read"):
        content = picture.read(limits.max_bytes + 1)
        if not isinstance(content, bytes):
            raise PictureError("the file is open as text; open it in binary mode, 'rb'")
    else:
        raise PictureError(
            f"a {type(picture).__name__} is not a picture; expected a path, bytes, "
            "an open binary file, a PIL image or an array"
        )
    if not content:
        raise PictureError(f"{name}: the file is empty")
    if len(content) > limits.max_bytes:
        raise PictureTooLarge(
            f"{name}: more than {limits.max_bytes:,} bytes, the limit; "
            "raise it with max_bytes (--max-bytes)"
        )
    return content


def _read_file(path: Path, name: str, limits: Limits) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limits.max_bytes + 1)  # never more, even of /dev/zero
    except FileNotFoundError:
        raise PictureError(f"{name}: no such file") from None
    except IsADirectoryError:
        raise PictureError(f"{name}: a folder, not a picture") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the path
        reason = getattr(error, "strerror", None) or str(error)
        if path.is_dir():  # Windows says only "permission denied"
            reason = "a folder, not a picture"
        raise PictureError(f"{name}: cannot be read: {reason}") from None


def _decode_bytes(content: bytes, name: str, limits: Limits) -> Gray:
    with _open_header(content, name) as image:
        _check_pixels(image.size, limits, name)
        orientation = _orientation(image)
        try:
            gray = _opencv_gray(content, image)
            if gray is None:
                gray = _image_to_gray(image)
        except Exception as error:
            # Codecs raise many kinds on damaged files (OSError, SyntaxError,
            # struct.error, zlib.error...); all mean the same to who sent the picture.
            raise PictureError(f"{name}: damaged or truncated ({error})") from None
        scale = max(image.size) / max(gray.shape)
    return Gray(_upright(gray, orientation), scale)


def _open_header(content: bytes, name: str) -> Image.Image:
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        _register_heic()
    try:
        with _own_limit_instead_of_pillows():
            return Image.open(io.BytesIO(content))
    except UnidentifiedImageError:
        raise PictureError(f"{name}: not a picture; expected {READ_FORMS}") from None
    except Exception as error:  # as for decoding: many kinds, one meaning
        raise PictureError(f"{name}: damaged or truncated ({error})") from None


def _register_heic() -> None:
    try:
        from pillow_heif import register_heif_opener
    except ModuleNotFoundError:
        raise MissingExtra("reading HEIC pictures", "heic") from None
    register_heif_opener()


@contextmanager
def _own_limit_instead_of_pillows() -> Iterator[None]:
    """Let a header of any size be read: ``Limits`` decides what is decoded.

    Pillow's own limit is one for the whole process and below ours, so it is set aside
    for the microseconds that a header takes.
    """
    with _opening:
        pillows = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = pillows


def _check_pixels(size: tuple[int, ...], limits: Limits, name: str) -> None:
    width, height = size if len(size) == 2 else (0, 0)
    if width * height > limits.max_pixels:
        raise PictureTooLarge(
            f"{name}: {width}x{height} is more than {limits.max_pixels:,} pixels, the "
            "limit; raise it with max_pixels (--max-pixels)"
        )


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(EXIF_ORIENTATION, 1))
    except Exception:  # broken EXIF says nothing about the pixels
        return 1


def _upright(gray: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    turn = TURNS.get(orientation)
    if turn is None:
        return gray
    return np.asarray(Image.fromarray(gray).transpose(turn))


def _opencv_gray(content: bytes, image: Image.Image) -> NDArray[np.uint8] | None:
    """Decode what OpenCV reads well, large JPEGs at reduced scale; else None."""
    plain = image.mode in OPENCV_MODES.get(image.format or "", ())
    if not plain or "transparency" in image.info:
        return None
    flags = cv2.IMREAD_GRAYSCALE
    if image.format == "JPEG":
        flags = _reduced(max(image.size))
    buffer = np.frombuffer(content, np.uint8)
    # Pillow is asked again where OpenCV fails: it says what is wrong with the file.
    gray = cv2.imdecode(buffer, flags | cv2.IMREAD_IGNORE_ORIENTATION)
    return None if gray is None else gray.astype(np.uint8, copy=False)


def _reduced(long_side: int) -> int:
    for divisor, flag in (
        (8, cv2.IMREAD_REDUCED_GRAYSCALE_8),
        (4, cv2.IMREAD_REDUCED_GRAYSCALE_4),
        (2, cv2.IMREAD_REDUCED_GRAYSCALE_2),
    ):
        if long_side / divisor >= ENOUGH_PIXELS:
            return flag
    return cv2.IMREAD_GRAYSCALE


def _image_to_gray(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return array_to_gray(np.asarray(image))
    if image.has_transparency_data:
        with_alpha = np.asarray(image.convert("RGBA"))
        return compose(rgb_to_gray(with_alpha[..., :3]), with_alpha[..., 3])
    return np.asarray(image.convert("L"))
