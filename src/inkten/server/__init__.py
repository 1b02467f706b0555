"""The service over HTTP and its page; the only room that imports FastAPI.

``app`` puts it together. A request's way: ``access`` asks for its key, ``pool`` gives
it a place, ``body`` receives its pictures, ``service`` has them read on a thread of the
pool, ``answers`` says what the reading looks like. ``problems`` says what went wrong.
"""
