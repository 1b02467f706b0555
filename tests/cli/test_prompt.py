import json
import os
import select
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from inkten.cli.prompt import QUESTION, completions, path_of

CTRL_C = "ctrl-c"
CTRL_D = "\x04"
TAB = "\t"

at_terminals_only = pytest.mark.skipif(
    sys.platform == "win32", reason="no pseudo-terminals there"
)


@pytest.mark.parametrize(
    "answer",
    [
        "my digit.png",
        "'my digit.png'",
        r"my\ digit.png ",
        '"~/my digit.png"',
        "it's",
        "file://{home}/my%20digit.png",
        "'file://{home}/my%20digit.png' ",
    ],
)
def test_a_path_may_be_typed_quoted_or_dragged_to_the_terminal(
    tmp_path, monkeypatch, answer
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for name in ("my digit.png", "it's"):
        (tmp_path / name).touch()
    assert Path(path_of(answer.format(home=tmp_path.as_posix()))).is_file()


def test_paths_are_completed_and_folders_can_be_entered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "my scans").mkdir()
    for name in ("my scans/a.png", "my.png", "[my].png"):
        (tmp_path / name).touch()
    assert completions("my") == [f"my scans{os.sep}", "my.png"]
    assert completions("my scans/") == ["my scans/a.png"]
    assert completions("[") == ["[my].png"]
    assert completions("~/my.") == [str(tmp_path / "my.png")]
    assert completions("gone") == []


def run_at_terminal(inkten_command, *answers, options=()):
    """Run `inkten read` at a pseudo-terminal; returns its status and what it showed.

    Each answer is typed once the question is asked; CTRL_C is sent as a signal.
    """
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    # Tests that run in the background ignore Ctrl-C, and a child would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [inkten_command, "read", *options],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    signal.signal(signal.SIGINT, before)
    shown, left, deadline = b"", list(answers), time.monotonic() + 60
    # The other side stays open meanwhile: closing it may lose what was last written.
    while time.monotonic() < deadline:
        has_ended = process.poll() is not None
        if not select.select([ours], [], [], 0.1)[0]:
            if has_ended:
                break
            continue
        shown += os.read(ours, 65536)
        asked = shown.count(QUESTION.encode())
        if left and asked > len(answers) - len(left):
            answer = left.pop(0)
            if answer == CTRL_C:
                process.send_signal(signal.SIGINT)
            else:
                os.write(ours, answer.encode())
    os.close(theirs)
    os.close(ours)
    return process.wait(timeout=30), shown.decode().replace("\r\n", "\n")


@pytest.fixture
def at_terminal(inkten_command):
    return partial(run_at_terminal, inkten_command)


@at_terminals_only
def test_it_asks_for_a_path_shows_the_picture_and_answers(pictures, at_terminal):
    status, shown = at_terminal("'7.png'\n")
    assert status == 0
    assert shown.startswith("Enter the image path: ")
    last = shown.rstrip().splitlines()[-1]
    assert last == "The handwritten digit is recognized as: 7"
    assert "\u2580" in shown


@at_terminals_only
def test_after_a_wrong_path_it_asks_again(pictures, at_terminal):
    status, shown = at_terminal("gone.png\n", "text.png\n", "\n", "-\n", "7.png\n")
    assert status == 0
    lines = shown.splitlines()
    assert "inkten: gone.png: no such file" in lines
    assert any(line.startswith("inkten: text.png: this file is not") for line in lines)
    assert "inkten: an empty name; expected the path of a picture" in lines
    assert "inkten: ./-: no such file" in lines
    assert shown.count(QUESTION) == 5
    assert lines[-1] == "The handwritten digit is recognized as: 7"


@at_terminals_only
def test_the_tab_key_completes_a_path(pictures, at_terminal):
    pytest.importorskip("readline")
    status, shown = at_terminal(f"42.{TAB}\n")
    assert status == 0
    assert "Enter the image path: 42.png\n" in shown


@at_terminals_only
@pytest.mark.parametrize(("key", "status"), [(CTRL_C, 130), (CTRL_D, 1)])
def test_the_question_can_be_left(pictures, at_terminal, key, status):
    returned, shown = at_terminal(key)
    assert returned == status
    assert shown.rstrip("\n") == QUESTION
    assert shown.endswith("\n")


@at_terminals_only
def test_the_answer_can_be_json(pictures, at_terminal):
    status, shown = at_terminal("7.png\n", options=["--json"])
    assert status == 0
    assert json.loads(shown.splitlines()[-1])["value"] == 7


@at_terminals_only
def test_it_says_that_it_waits_for_standard_input(pictures, inkten_command):
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [inkten_command, "read", "-"], stdin=theirs, stderr=subprocess.PIPE, text=True
    )
    os.close(theirs)
    os.write(ours, CTRL_D.encode())
    _, errors = process.communicate(timeout=30)
    os.close(ours)
    assert errors.splitlines() == [
        "Waiting for a picture on standard input.",
        "inkten: standard input: the file is empty",
    ]
