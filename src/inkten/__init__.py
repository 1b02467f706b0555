"""inkten reads handwritten digits from any picture.

>>> import inkten
>>> inkten.read("examples/digit.jpg").text
'7'

The map, in the order of a reading:

    reader          start here: a picture goes in, a Reading comes out
    loading         which models a reader has
    batching        many pictures: small ones are read together
    options         how a picture is to be read
    image           any file, bytes or array -> one gray picture, within limits
    passes          what to search again: finer, straightened, turned upright
    detection       gray -> boxes: pyramid, network, heat map, non-maximum suppression
    classification  boxes -> 28x28 tiles -> probabilities
    fusion          detector + classifier + neighbours -> one probability
    candidates      the detections on one picture, and the digits chosen from them
    layout          boxes -> lines and numbers; tilted pages, missed digits
    recognition     lines -> strips -> digits without boxes: the line reader
    line_reading    boxes + line reader -> one probability; digits that were missed
    full_image      a 28x28 picture is a tile already
    signs           what stands between the digits of a line: points, minus, slashes
    orientation     when a quarter turn is tried, and when it is kept
    decimals        written numbers -> decimals
    arrangement     candidates and signs -> a Reading
    reading         the result: Reading
    digits          what it is made of: Number, Digit, Sign, Box
    tables          a reading -> rows and columns: Table, Cell; CSV, XLSX, review page
    drawing         boxes and digits drawn on a picture
    forms           a template of named fields -> what is in each, on a photo
    models          the ONNX files that ship, their checksums and cards
    baseline        the plain recipe, for comparison
    explanation     every stage of a reading, drawn
    errors, files, locks, log_odds, records, versions    small tools of them all

    datasets        MNIST, label files, handwriting packs
    synthesis       synthetic pages to train on
    training        Keras networks, recipes, runs, export, calibration
    evaluation      metrics, reports
    learning        a head fitted to a user's own digits

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
    from inkten.classification.form import ModelForm
    from inkten.digits import Box, Digit, Number, Sign
    from inkten.explanation.explain import explain
    from inkten.explanation.result import Explanation
    from inkten.forms.form import Form
    from inkten.forms.result import FieldReading, FormReading
    from inkten.image.source import Limits
    from inkten.learning.learn import Learned, learn
    from inkten.learning.report import DoubtfulLabel, LearningReport
    from inkten.options import ReadOptions
    from inkten.reader import Reader, read
    from inkten.reading import Reading
    from inkten.tables.table import Cell, Table

__version__ = "0.2.0"
__all__ = [
    "Box",
    "Cell",
    "DataError",
    "Digit",
    "DoubtfulLabel",
    "Explanation",
    "FieldReading",
    "Form",
    "FormReading",
    "InktenError",
    "Learned",
    "LearningReport",
    "Limits",
    "MissingExtra",
    "ModelError",
    "ModelForm",
    "Number",
    "PictureError",
    "PictureTooLarge",
    "ReadOptions",
    "Reader",
    "Reading",
    "RunError",
    "Sign",
    "Table",
    "explain",
    "learn",
    "read",
]

_MODULES = {
    "Box": "digits",
    "Cell": "tables.table",
    "Digit": "digits",
    "DoubtfulLabel": "learning.report",
    "Explanation": "explanation.result",
    "FieldReading": "forms.result",
    "Form": "forms.form",
    "FormReading": "forms.result",
    "Learned": "learning.learn",
    "LearningReport": "learning.report",
    "Limits": "image.source",
    "ModelForm": "classification.form",
    "Number": "digits",
    "ReadOptions": "options",
    "Reader": "reader",
    "Reading": "reading",
    "Sign": "digits",
    "Table": "tables.table",
    "explain": "explanation.explain",
    "learn": "learning.learn",
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
