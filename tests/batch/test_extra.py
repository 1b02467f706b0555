import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("missing", "extra", "options"),
    [("pyarrow", "batch", []), ("ray", "ray", ["--engine", "ray"])],
)
def test_a_missing_package_is_reported_with_the_extra_to_install(
    folder, missing, extra, options
):
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
