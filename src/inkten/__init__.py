"""inkten reads handwritten digits from any picture.

>>> import inkten
>>> inkten.read("examples/digit.jpg").text
'7'

The map, in the order of a reading:

    reader          start here: a picture goes in, a Reading comes out
    options         how a picture is to be read
    image           any file, bytes or array -> one gray picture, within limits
    passes          what to search again: finer, straightened, turned upright
    detection       gray -> boxes: pyramid, network, heat map, non-maximum suppression
    classification  boxes -> 28x28 tiles -> probabilities
    fusion          detector + classifier + neighbours -> one probability
    candidates      the detections on one picture, and the digits chosen from them
    layout          boxes -> lines and numbers; tilted pages, missed digits
    signs           what stands between the digits of a line: points, minus, slashes
    orientation     when a quarter turn is tried, and when it is kept
    decimals        written numbers -> decimals
    reading         the result: Reading, Number, Digit, Sign, Box
    drawing         boxes and digits drawn on a picture
    models          the ONNX files that ship, their checksums and cards
    baseline        the plain recipe, for comparison
    errors, files, locks, records, versions    small tools of them all

    datasets        MNIST, label files, handwriting packs
    synthesis       synthetic pages to train on
    training        Keras networks, recipes, runs, export, calibration
    evaluation      metrics, reports

    cli             the command ``inkten``
    server          the web page and the HTTP API
    batch           folders of pictures -> tables, on one machine or on Ray
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from inkten.errors import (
    DataError,
    InktenError,
    MissingExtra,
    ModelError,
    PictureError,
    PictureTooLarge,
    RunError,
)

if TYPE_CHECKING:
    from inkten.image.source import Limits
    from inkten.options import ReadOptions
    from inkten.reader import Reader, read
    from inkten.reading import Box, Digit, Number, Reading, Sign

__version__ = "0.1.0"
__all__ = [
    "Box",
    "DataError",
    "Digit",
    "InktenError",
    "Limits",
    "MissingExtra",
    "ModelError",
    "Number",
    "PictureError",
    "PictureTooLarge",
    "ReadOptions",
    "Reader",
    "Reading",
    "RunError",
    "Sign",
    "read",
]

_MODULES = {
    "Box": "reading",
    "Digit": "reading",
    "Limits": "image.source",
    "Number": "reading",
    "ReadOptions": "options",
    "Reader": "reader",
    "Reading": "reading",
    "Sign": "reading",
    "read": "reader",
}


def __getattr__(name: str) -> Any:
    """Import a name from its module at first use: importing inkten stays instant."""
    if name not in _MODULES:
        raise AttributeError(f"module 'inkten' has no attribute {name!r}")
    found = getattr(import_module(f"inkten.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
