"""One picture as a file of every format that the reader takes."""

import io
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener


class Form(NamedTuple):
    """How a file is written: its format, pixel mode, and options."""

    format: str
    mode: str
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed


FORMS = {
    "PNG, gray": Form("PNG", "L"),
    "PNG, palette": Form("PNG", "P"),
    "PNG, alpha": Form("PNG", "RGBA"),
    "PNG, 16 bits": Form("PNG", "I;16"),
    "JPEG": Form("JPEG", "RGB"),
    "JPEG, progressive CMYK": Form("JPEG", "CMYK", {"progressive": True}),
    "MPO": Form("MPO", "RGB", {"save_all": True}),
    "WebP": Form("WEBP", "RGB"),
    "WebP, lossless alpha": Form("WEBP", "RGBA", {"lossless": True}),
    "GIF, two frames": Form("GIF", "P", {"save_all": True}),
    "BMP": Form("BMP", "RGB"),
    "TIFF": Form("TIFF", "L"),
    "TIFF, LZW": Form("TIFF", "RGB", {"compression": "tiff_lzw"}),
    "TIFF, JPEG": Form("TIFF", "RGB", {"compression": "jpeg"}),
    "TIFF, 16 bits, two pages": Form("TIFF", "I;16", {"save_all": True}),
    "PPM": Form("PPM", "L"),
    "AVIF": Form("AVIF", "RGB"),
    "HEIC": Form("HEIF", "RGB"),
}


def in_every_form(gray: np.ndarray) -> dict[str, bytes]:
    """Write (H, W) uint8 gray as a file of each of `FORMS`."""
    register_heif_opener()
    return {name: _encoded(gray, form) for name, form in FORMS.items()}


def _encoded(gray: np.ndarray, form: Form) -> bytes:
    if form.mode == "I;16":
        image = Image.fromarray(gray.astype(np.uint16) * 257)
    else:
        image = Image.fromarray(gray).convert(form.mode)
    options = dict(form.options)
    if "save_all" in options:
        options["append_images"] = [image.copy()]
    file = io.BytesIO()
    image.save(file, form.format, **options)
    return file.getvalue()
