import errno
import os
import socket
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from inkten.cli.main import app, main
from inkten.server.settings import Settings, cores

KEY = "s\u00e9same"


@pytest.fixture
def served(monkeypatch):
    """The settings and addresses that `inkten serve` would have served with."""
    calls = []

    def serve(settings, *, on_start, **address):
        calls.append((settings, address))
        on_start()

    monkeypatch.setattr("inkten.server.serve.serve", serve)
    return calls


def test_by_default_it_listens_on_this_machine_only_and_keeps_nothing(served):
    result = CliRunner().invoke(app, ["serve"])
    assert result.exit_code == 0
    assert result.stderr.startswith("inkten serves http://127.0.0.1:8000 ")
    ((settings, address),) = served
    assert address == {"host": "127.0.0.1", "port": 8000, "workers": 1}
    assert settings == Settings(threads=cores())
    assert settings.collect is None
    assert settings.allow_origins == ()


def test_options_reach_the_service(served, tmp_path):
    options = {
        "--host": "::1",
        "--port": 80,
        "--workers": 2,
        "--threads": 3,
        "--model": "mlp",
        "--min-confidence": 0.5,
        "--waiting": 4,
        "--seconds": 5.5,
        "--max-bytes": 6,
        "--max-pixels": 7,
        "--max-pictures": 8,
        "--key": "sesame",
        "--allow-origin": "https://friend.example",
        "--collect": tmp_path,
    }
    words = [str(word) for pair in options.items() for word in pair]
    assert "[::1]:80" in CliRunner().invoke(app, ["serve", *words]).stderr
    ((settings, address),) = served
    assert address == {"host": "::1", "port": 80, "workers": 2}
    assert settings == Settings(
        *("mlp", 0.5, 3, 4, 5.5, 6, 7, 8, "sesame"),
        allow_origins=("https://friend.example",),
        collect=str(tmp_path),
    )


def test_the_key_may_be_set_in_the_environment(served):
    CliRunner().invoke(app, ["serve"], env={"INKTEN_KEY": "sesame"})
    ((settings, _),) = served
    assert settings.key == "sesame"


def test_a_key_that_is_not_ascii_is_refused_and_not_shown(served):
    for options, environment in ((["--key", KEY], {}), ([], {"INKTEN_KEY": KEY})):
        result = CliRunner().invoke(app, ["serve", *options], env=environment)
        assert (result.exit_code, served) == (2, [])
        assert "not ASCII" in result.stderr
        assert KEY not in result.stderr


@pytest.mark.parametrize(
    "words", [("--seconds", "inf"), ("--seconds", "nan"), ("--min-confidence", "nan")]
)
def test_a_number_that_is_not_finite_is_refused(served, words):
    result = CliRunner().invoke(app, ["serve", *words])
    assert (result.exit_code, served) == (2, [])
    assert f"{words[1]} given" in result.stderr


def test_settings_reach_worker_processes(monkeypatch):
    monkeypatch.setenv("INKTEN_SERVE", "")  # restored afterwards
    settings = Settings(key="sesame", allow_origins=("https://friend.example",))
    settings.to_environment()
    assert Settings.from_environment() == settings


def test_a_port_in_use_is_reported_in_one_line(capsys, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        monkeypatch.setattr(sys, "argv", ["inkten", "serve", "--port", port])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        f"inkten: cannot listen on 127.0.0.1, port {port} "
        f"({os.strerror(errno.EADDRINUSE)}). Choose another; see --port\n"
    )


def test_an_address_of_another_machine_is_reported_in_one_line(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["inkten", "serve", "--host", "192.0.2.1"])
    with pytest.raises(SystemExit):
        main()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("inkten: cannot listen on 192.0.2.1, port ")
    assert line.endswith("Choose another; see --host")


def test_a_missing_model_is_reported_in_one_line(capsys, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    words = ["inkten", "serve", "--port", port, "--model", "gone.onnx"]
    monkeypatch.setattr(sys, "argv", [*words, "--workers", "2"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()  # and no greeting
    assert line.startswith("inkten: gone.onnx: cannot be read")


def test_without_its_extra_it_says_what_to_install():
    script = (
        "import sys; sys.modules['fastapi'] = None\n"
        "sys.argv = ['inkten', 'serve']\n"
        "from inkten.cli.main import main; main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "pip install 'inkten[serve]'" in result.stderr


def test_other_commands_load_nothing_of_the_service():
    script = (
        "import sys, inkten.cli.main;"
        "print(*({'fastapi', 'uvicorn', 'pydantic'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout == "\n"
