"""Size and time of an installation.

    python benchmarks/install.py

inkten, without extras, is compared with what the script it started from needs. First
the wheels are downloaded, and inkten's is built; this is not timed, so the time does
not depend on the network. Then each is installed from these files into a fresh
environment. Its size is what that adds to the environment, in 10^6 bytes, including the
bytecode that pip writes.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import NamedTuple

from environments import pip
from figures import conditions, print_conditions, print_table, write_json

ROOT = Path(__file__).parents[1]
OURS, PEER = "inkten", "script"
PACKAGES = {
    OURS: (str(ROOT),),
    PEER: ("tensorflow", "opencv-python-headless", "numpy"),
}


class Installation(NamedTuple):
    """The size and time of an installation."""

    packages: int
    wheels_mb: float  # what is downloaded
    installed_mb: float
    seconds: float  # of pip, from wheels on disk


def measure(packages: tuple[str, ...], folder: Path) -> Installation:
    """Download packages with their dependencies, install and measure them."""
    wheels, environment = folder / "wheels", folder / "environment"
    # This pip downloads and builds; the pip of the fresh environment installs.
    pip(sys.executable, "wheel", "--wheel-dir", str(wheels), *packages)
    files = [str(wheel) for wheel in wheels.glob("*.whl")]
    venv.create(environment, with_pip=True)
    before = _size(environment)
    start = time.perf_counter()
    python = str(environment / "bin" / "python")
    pip(python, "install", "--no-index", "--no-deps", *files)
    seconds = time.perf_counter() - start
    return Installation(
        len(files), _size(wheels) / 1e6, (_size(environment) - before) / 1e6, seconds
    )


def rows(measured: dict[str, Installation]) -> list[list[str]]:
    """A row per installation, then the ratios to inkten."""
    table = [
        [
            name,
            str(one.packages),
            f"{one.wheels_mb:.0f}",
            f"{one.installed_mb:.0f}",
            f"{one.seconds:.1f}",
        ]
        for name, one in measured.items()
    ]
    if PEER in measured:
        ratios = (
            theirs / ours
            for ours, theirs in zip(measured[OURS], measured[PEER], strict=True)
        )
        table.append(["times less", *(f"{ratio:.1f}" for ratio in ratios)])
    return table


HEADER = ("installation", "packages", "download, MB", "installed, MB", "time, s")


def main() -> None:
    """Install one after the other, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--alone", action="store_true", help="only inkten")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    args = parser.parse_args()
    names = [OURS] if args.alone else [OURS, PEER]
    measured: dict[str, Installation] = {}
    for name in names:
        with tempfile.TemporaryDirectory(prefix="inkten-") as folder:
            try:
                measured[name] = measure(PACKAGES[name], Path(folder))
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"{name}: cannot be installed ({error})", file=sys.stderr)
    if OURS not in measured:
        sys.exit(f"no figures without {OURS}")
    where = conditions(n=1, script=" ".join(PACKAGES[PEER]))
    print_conditions(where)
    print_table(HEADER, rows(measured))
    figures = {name: one._asdict() for name, one in measured.items()}
    write_json(args.json, where, {"installations": figures})


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; links are not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
