"""Everything inkten raises on purpose.

    InktenError
    ├── PictureError        a picture cannot be read
    │   └── PictureTooLarge     ... because it exceeds a limit that can be raised
    ├── ModelError          a model file is missing, damaged or has the wrong inputs
    ├── DataError           a data set or label file is missing, damaged or malformed
    ├── RunError            a training or batch run cannot start or continue
    └── MissingExtra        an optional part is not installed; says how to install it

Each message is one line: what was received, what is expected, what to do.
"""


class InktenError(Exception):
    """The base class: ``except InktenError`` catches all that inkten raises on purpose.

    Attributes:
        reason: what is wrong, without the name of the picture or file.
        name: the picture or file concerned, if known.
        parameter: the parameter to change, such as ``"max_pixels"``; the command line
            names the option for it.
    """

    def __init__(
        self, reason: str, *, name: str | None = None, parameter: str | None = None
    ) -> None:
        """Say what is wrong, and with what."""
        super().__init__(reason)
        self.reason = reason
        self.name = name
        self.parameter = parameter

    def __str__(self) -> str:
        """The name, if any, and the reason."""
        return f"{self.name}: {self.reason}" if self.name else self.reason


class PictureError(InktenError):
    """A picture cannot be read: missing, empty, truncated, or not a picture."""


class PictureTooLarge(PictureError):  # noqa: N818 - reads better at the raise
    """A picture exceeds a limit on bytes, pixels or digits, which can be raised."""


class ModelError(InktenError):
    """A model file is missing, damaged, changed, or has the wrong inputs or outputs."""


class DataError(InktenError):
    """A data set or label file is missing, damaged, or in another format."""


class RunError(InktenError):
    """A run cannot start (its folder is taken) or cannot continue."""


class MissingExtra(InktenError):  # noqa: N818 - names the cure, not the fault
    """An optional extra of inkten is needed and not installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        """Say what needs the extra, and the command that installs it."""
        super().__init__(
            f"{purpose} needs a part that is not installed. "
            f"Install it with: pip install 'inkten[{extra}]'"
        )
        self.args = purpose, extra  # what unpickling calls this with
