"""Write the reference pages from the code, or check that they are up to date.

    python docs/references
    python docs/references --check

Each page has a file beside this one that makes it.
"""

import argparse
import sys
from difflib import unified_diff
from pathlib import Path

import http_interface
import library
import shell

DOCS = Path(__file__).parents[1]
PAGES = {
    "reference_shell.md": shell.page,
    "reference_python.md": library.page,
    "reference_http.md": http_interface.page,
}


def main() -> None:
    """Write every page, or with ``--check`` show where a page is out of date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a page is outdated"
    )
    check = parser.parse_args().check
    changes: list[str] = []
    for name, make_page in PAGES.items():
        path, new = DOCS / name, make_page()
        old = path.read_text("utf-8") if path.is_file() else ""
        if not check:
            path.write_text(new, "utf-8")
        lines = old.splitlines(), new.splitlines()
        changes += unified_diff(*lines, name, "the code", n=0, lineterm="")
    if check and changes:
        sys.exit("\n".join([*changes, "The code has changed. Run: make references"]))


if __name__ == "__main__":
    main()
