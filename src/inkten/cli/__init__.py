"""The command ``inkten``, a file per command."""
