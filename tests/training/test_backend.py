import os

import pytest

from inkten.training import backend

pytestmark = pytest.mark.train


def interrupted_import(error):
    with backend._without_startup_messages():
        os.write(2, b"chatter")
        raise error


@pytest.mark.parametrize(
    ("error", "shown"), [(KeyboardInterrupt, ""), (ImportError, "chatter")]
)
def test_startup_messages_are_shown_when_the_import_fails_but_not_after_ctrl_c(
    error, shown, monkeypatch, capfd
):
    monkeypatch.delenv(backend.LOG_LEVEL, raising=False)
    with pytest.raises(error):
        interrupted_import(error)
    assert capfd.readouterr().err == shown
