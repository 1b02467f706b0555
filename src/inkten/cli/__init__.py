"""The command ``inkten``: a file for each subcommand, and what they share.

``main`` puts the subcommands together. They share ``options``. ``sources`` and
``prompt`` find the pictures of 'inkten read'. ``output``, ``terminal``, ``progress``
and ``errors`` print.
"""
