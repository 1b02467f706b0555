"""Everything inkten raises on purpose.

    InktenError
    ├── PictureError        a picture cannot be read
    │   └── PictureTooLarge     ... because it is past a limit that can be raised
    ├── ModelError          a model file is missing, damaged or of another form
    ├── DataError           a data set or label file is missing, damaged or wrong
    ├── RunError            a run, of training or in bulk, cannot start or go on
    └── MissingExtra        a part that is not installed; says how to install it

Each message is one line that says what came, what is expected and what to do.
"""


class InktenError(Exception):
    """The root: ``except InktenError`` catches all that inkten raises on purpose."""


class PictureError(InktenError):
    """A picture cannot be read: missing, empty, truncated, or not a picture."""


class PictureTooLarge(PictureError):  # noqa: N818 - reads better at the raise
    """A picture is past a limit on bytes or pixels; the limits can be raised."""


class ModelError(InktenError):
    """A model file is missing, damaged, changed, or of another form."""


class DataError(InktenError):
    """A data set or a file of labels is missing, damaged, or of another form."""


class RunError(InktenError):
    """A run cannot start (its folder is taken) or cannot go on."""


class MissingExtra(InktenError):  # noqa: N818 - names the cure, not the fault
    """A part that is installed only when asked for."""

    def __init__(self, purpose: str, extra: str) -> None:
        """Say what the part is for and the command that installs it."""
        super().__init__(
            f"{purpose} needs a part that is not installed. "
            f"Install it with: pip install 'inkten[{extra}]'"
        )
        self._told = purpose, extra

    def __reduce__(self) -> tuple[type["MissingExtra"], tuple[str, str]]:
        """Go from process to process, as what is raised in a pool does."""
        return type(self), self._told
