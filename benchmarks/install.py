"""How large an installation is, and how long it takes.

    python benchmarks/install.py

inkten, for reading, beside what the script that it started from needs. The wheels are
fetched first, and inkten's is built, which is not timed: what is left does not depend
on the network. Then each is installed from these files alone into a fresh environment;
its size is what that adds to the environment, 10^6 bytes, before any bytecode but
pip's own.
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
from tables import conditions, print_conditions, print_table, write_json

ROOT = Path(__file__).parents[1]
OURS, PEER = "inkten", "script"
PACKAGES = {
    OURS: (str(ROOT),),
    PEER: ("tensorflow", "opencv-python-headless", "numpy"),
}


class Installation(NamedTuple):
    """What an installation came to."""

    packages: int
    wheels_mb: float  # what is fetched
    installed_mb: float
    seconds: float  # pip's, from wheels on disk


def measure(packages: tuple[str, ...], folder: Path) -> Installation:
    """Fetch packages and all they need, then install them and look at what is there."""
    wheels, environment = folder / "wheels", folder / "environment"
    # one pip fetches and builds, the fresh environment's own installs
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
    """Give a row per installation, then how many times less inkten's is."""
    told = [
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
        told.append(["times less", *(f"{ratio:.1f}" for ratio in ratios)])
    return told


HEADER = ("installation", "packages", "fetched, MB", "installed, MB", "installing, s")


def main() -> None:
    """Install one after the other, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--alone", action="store_true", help="inkten, not the script")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    told = parser.parse_args()
    asked = [OURS] if told.alone else [OURS, PEER]
    measured: dict[str, Installation] = {}
    for name in asked:
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
    write_json(told.json, where, {"installations": figures})


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; a link counts as itself."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
