"""The command ``inkten``: a file for each subcommand, and what they share.

``main`` puts the subcommands together. They share ``options``; what 'inkten read' is
given, or asks for (``sources``, ``prompt``); and what is printed (``output``,
``terminal``, ``progress``, ``errors``).
"""
