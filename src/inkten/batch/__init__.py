"""Pictures by the million: folders in, tables out, nothing lost.

``run`` tells the story. ``sources`` lists the pictures, ``work`` reads some of them,
``local`` and ``on_ray`` have many processes do so, those of a ``crew``, and ``results``
keeps what they read in parts that appear whole, so that a stopped run can go on.
"""

from importlib.util import find_spec

from inkten.errors import MissingExtra

# Found, not imported: processes that only read pictures need neither.
if not (find_spec("fsspec") and find_spec("pyarrow")):
    raise MissingExtra("Reading in bulk", "batch")
