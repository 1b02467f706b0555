"""``python -m inkten``: the command, where ``inkten`` itself is not on the path."""

from inkten.cli.main import main

if __name__ == "__main__":  # worker processes import this module again
    main()
