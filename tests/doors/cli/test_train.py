import pytest
from typer.testing import CliRunner

from inkten.doors.cli.main import app


@pytest.mark.parametrize("choice", [("--seed", "1"), ("--quick",)])
def test_a_resumed_run_takes_no_other_choices(choice):
    done = CliRunner().invoke(app, ["train", "mlp", "--resume", "run", *choice])
    assert done.exit_code == 2
    assert "resumed run keeps its own" in done.output.replace("\n", " ")
