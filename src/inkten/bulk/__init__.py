"""Pictures by the million: folders in, tables out, nothing lost.

``run`` tells the story. ``sources`` lists the pictures, ``work`` reads some of them,
``local`` and ``on_ray`` have many processes do so, and ``results`` keeps what they read
in parts that appear whole, so that a stopped run can go on.
"""

from inkten.errors import MissingExtra

try:
    import fsspec  # noqa: F401
    import pyarrow  # noqa: F401
except ModuleNotFoundError as error:
    raise MissingExtra("Reading in bulk", "batch") from error
