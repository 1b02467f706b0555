"""Environments: the one that a benchmark runs in, and those made for its peers."""

import os
import subprocess
import sys
import venv
from pathlib import Path

INKTEN = str(Path(sys.executable).with_name("inkten"))  # the command
COMPLETE = "complete"  # the file that tells that all was installed


def own_python(folder: Path, *packages: str) -> str | None:
    """Make an environment with some packages, unless it is there already.

    Returns:
        Its Python; None, said so on standard error, if it cannot be made.
    """
    python, complete = str(folder / "bin" / "python"), folder / COMPLETE
    if complete.is_file():
        return python
    try:
        venv.create(folder, with_pip=True, clear=True)
        pip(python, "install", *packages)
    except (OSError, subprocess.CalledProcessError) as error:
        said = f"{', '.join(packages)}: left out, it cannot be installed ({error})."
        print(said, file=sys.stderr)
        return None
    complete.touch()
    return python


def pip(python: str, *words: str) -> None:
    """Let the pip of an environment work; what it says goes to standard error."""
    subprocess.run(
        [python, "-m", "pip", *words, "--quiet", "--disable-pip-version-check"],
        env=usual_variables(),
        stdout=sys.stderr,
        check=True,
    )


def packages_of(python: str) -> list[str]:
    """What is installed in an environment, NAME==VERSION each."""
    words = ["-m", "pip", "freeze", "--disable-pip-version-check"]
    done = subprocess.run([python, *words], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def usual_variables() -> dict[str, str]:
    """The caller's, but with bytecode kept: an installed package has its own."""
    kept = dict(os.environ)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept
