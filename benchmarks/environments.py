"""Python environments: the benchmark's own, and those made for other software."""

import os
import subprocess
import sys
import venv
from pathlib import Path

INKTEN = str(Path(sys.executable).with_name("inkten"))  # the command
COMPLETE = "complete"  # the file that marks a complete installation and lists it


def own_python(folder: Path, *packages: str) -> str | None:
    """Make an environment with some packages, unless one with them already exists.

    Returns:
        The path of its Python; None, with a message on standard error, if it cannot be
        made.
    """
    python, complete = str(folder / "bin" / "python"), folder / COMPLETE
    if complete.is_file() and complete.read_text("utf-8") == "\n".join(packages):
        return python
    print(f"Installs {', '.join(packages)} in {folder} (minutes).", file=sys.stderr)
    try:
        venv.create(folder, with_pip=True, clear=True)
        pip(python, "install", *packages)
    except (OSError, subprocess.CalledProcessError) as error:
        names = ", ".join(packages)
        print(f"{names} is skipped: it cannot be installed ({error}).", file=sys.stderr)
        return None
    complete.write_text("\n".join(packages), "utf-8")
    return python


def pip(python: str, *arguments: str) -> None:
    """Run the pip of an environment; its output goes to standard error."""
    subprocess.run(
        [python, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"],
        env=usual_variables(),
        stdout=sys.stderr,
        check=True,
    )


def packages_of(python: str) -> list[str]:
    """The packages installed in an environment, as NAME==VERSION."""
    arguments = ["-m", "pip", "freeze", "--disable-pip-version-check"]
    done = subprocess.run(
        [python, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def usual_variables() -> dict[str, str]:
    """The caller's environment variables, with bytecode caching enabled."""
    kept = dict(os.environ)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept
