"""The HTTP service and its web page; the only package that imports FastAPI.

``app`` puts it together. A request passes ``connections`` (size and time of its head),
``middleware`` (host, request id, metrics), ``auth`` (key, origin) and a route:
``read_route`` receives its pictures with ``uploads`` and has them read by ``batching``
on the threads of ``pool``; ``schemas`` builds the answer, ``problems`` every error.
"""
