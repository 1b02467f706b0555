from typer.testing import CliRunner

from inkten.doors.cli.main import app


def test_a_resumed_run_takes_no_other_choices():
    done = CliRunner().invoke(app, ["train", "mlp", "--resume", "run", "--seed", "1"])
    assert done.exit_code == 2
    assert "resumed run keeps its own" in done.output.replace("\n", " ")
