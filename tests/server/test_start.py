"""The options of `inkten serve` that protect the service."""

import pytest
from typer.testing import CliRunner

from inkten.cli.main import app
from inkten.server.settings import Settings


@pytest.fixture
def start(monkeypatch):
    """A function from options to the settings that the service starts with."""
    started = []
    monkeypatch.setattr(
        "inkten.server.serve.serve", lambda settings, **_: started.append(settings)
    )

    def start(*options, **environment):
        done = CliRunner().invoke(app, ["serve", *options], env=environment)
        return started.pop() if started else done

    return start


@pytest.mark.parametrize("key", ["", " ", "\t\n"])
def test_a_blank_key_is_refused(start, key):
    for done in (start("--key", key), start(INKTEN_KEY=key)):
        assert done.exit_code == 2
        assert "the key is empty" in done.stderr


def test_space_around_a_key_is_removed(start):
    assert start("--key", " sesame ").key == "sesame"
    assert start(INKTEN_KEY="sesame\n").key == "sesame"
    assert start().key is None


def test_hosts_and_the_size_of_the_collection_are_options(start):
    options = ("--allow-host", "a.example", "--allow-host", "b.example")
    settings = start(*options, "--collect-max", "5")
    assert settings.allow_hosts == ("a.example", "b.example")
    assert settings.collect_max == 5
    assert start().allow_hosts == ()


def test_the_most_digits_on_a_picture_are_an_option(start):
    settings = start("--max-digits", "5")
    assert (settings.max_digits, settings.limits.max_digits) == (5, 5)
    assert start().limits.max_digits == 50_000


@pytest.mark.parametrize(
    ("host", "names"),
    [("digits.example", ("digits.example",)), ("localhost", ()), ("::1", ())],
)
def test_a_name_to_listen_on_is_allowed(start, host, names):
    assert start("--host", host).allow_hosts == names


def test_all_settings_reach_worker_processes(monkeypatch):
    monkeypatch.setenv("INKTEN_SERVE", "")  # restored afterwards
    settings = Settings(
        key="sesame", allow_hosts=("a",), allow_origins=("b", "c"), collect_max=5
    )
    settings.to_environment()
    assert Settings.from_environment() == settings
