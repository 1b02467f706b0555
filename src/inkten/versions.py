"""The command and the versions that produced a figure."""

import shlex
import sys
from platform import python_version

PARTS = (
    *("inkten", "keras", "tensorflow", "tensorflow-cpu", "jax", "torch"),
    *("onnxruntime", "numpy", "opencv-python-headless", "pillow"),
    *("pyarrow", "ray"),
)


def command() -> str:
    """The running command, as it would be typed."""
    return shlex.join(["inkten", *sys.argv[1:]])


def versions() -> dict[str, str]:
    """The versions of Python and of those ``PARTS`` that are installed."""
    # Imported here: every command imports this module, few need it
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": python_version()}
    for part in PARTS:
        try:
            found[part] = version(part)
        except PackageNotFoundError:
            continue
    return found
