"""Millions of pictures: folders in, tables out, resumable at any moment.

``run`` tells the story. ``sources`` lists the pictures, ``worker`` reads some of them,
``local_engine`` and ``ray_engine`` spread the work over processes (those of a
``worker_pool``), and ``results`` stores it in parts that appear complete or not at all,
so that a stopped run can be resumed.
"""

from importlib.util import find_spec

from inkten.errors import MissingExtra

# Looked up, not imported: processes that only read pictures need neither.
if not (find_spec("fsspec") and find_spec("pyarrow")):
    raise MissingExtra("Batch reading", "batch")
