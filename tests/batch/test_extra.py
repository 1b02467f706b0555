import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("missing", "extra", "options"),
    [("pyarrow", "batch", []), ("ray", "ray", ["--engine", "ray"])],
)
def test_what_is_not_installed_is_named_with_its_extra(folder, missing, extra, options):
    command = ["inkten", "batch", folder, "--out", "results", *options]
    script = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv = {command!r}\n"
        "from inkten.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"pip install 'inkten[{extra}]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
