"""The health check of the container: is the service ready, on the port it was given?

The command line of a container's first process has the options of ``inkten serve``.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

PORT = 8000  # the default of ``inkten serve``
SECONDS = 2  # less than the time limit in the Dockerfile


def port_in(words: Sequence[str]) -> int:
    """The port in a command line."""
    parser = ArgumentParser(allow_abbrev=False, add_help=False)
    parser.add_argument("--port", type=int, default=PORT)
    # An init such as tini ends its own options with "--".
    options, _ = parser.parse_known_args([word for word in words if word != "--"])
    return int(options.port)


def main() -> None:
    """Exit with status 1, and the reason, unless the service is ready."""
    words = Path("/proc/1/cmdline").read_text("utf-8", "replace").split("\0")
    address = f"http://127.0.0.1:{port_in(words)}/health/ready"
    try:
        urlopen(address, timeout=SECONDS).close()
    except OSError as error:
        sys.exit(f"{address}: {error}")


if __name__ == "__main__":
    main()
