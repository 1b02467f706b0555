"""Environments of their own for what inkten is set beside."""

import subprocess
import sys
import venv
from pathlib import Path


def own_python(folder: Path, *packages: str) -> str | None:
    """Make an environment with some packages, or complete the one that is there.

    Returns:
        Its Python; None, said so on standard error, if pip cannot install them.
    """
    python = folder / "bin" / "python"
    if not python.is_file():
        venv.create(folder, with_pip=True)
    pip = [python, "-m", "pip", "install", "--quiet", *packages]
    if subprocess.run(pip, stdout=sys.stderr, check=False).returncode:
        said = f"{', '.join(packages)} is left out: pip cannot install it here."
        print(said, file=sys.stderr)
        return None
    return str(python)
