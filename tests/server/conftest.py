import io
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from functools import partial

import pytest
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from inkten.server.app import create_app
from inkten.server.settings import Settings

START_SECONDS = 300  # a busy machine loads slowly; one that ends is noticed at once
HOSTS = ("testserver", "test")  # the names that the test clients ask for


def png(gray):
    file = io.BytesIO()
    Image.fromarray(gray).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def seven(write):
    return png(write("7").gray)


@pytest.fixture(scope="session")
def numbers(write):
    return png(write("40 7\n12").gray)


@pytest.fixture(scope="session")
def blank(write):
    return png(write("").gray)


@pytest.fixture(scope="session")
def figures_in():
    """A function from the text of /metrics to its values, by name and labels."""

    def figures_in(text):
        return {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    return figures_in


@pytest.fixture(scope="session")
def check_problem():
    """A function that checks the kind of a problem, and returns its detail."""

    def check_problem(answer, status, kind):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["type"] == f"/docs#{kind}"
        assert problem["title"]
        return problem["detail"]

    return check_problem


@pytest.fixture
def client_of():
    """A function from settings to a client of a service with these settings."""
    opened = []

    def client(**settings):
        app = create_app(Settings(**{"allow_hosts": HOSTS, **settings}))
        # Errors are answered as for a real client, not raised in the test.
        opened.append(TestClient(app, raise_server_exceptions=False))
        return opened[-1].__enter__()

    yield client
    for each in opened:
        each.__exit__(None, None, None)


@pytest.fixture(scope="session")
def client():
    app = create_app(Settings(allow_hosts=HOSTS))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@contextmanager
def serve(command, *options):
    """Run `inkten serve` in a process: yields its address and the process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*command, "serve", "--port", str(port), *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_until_ready(process, address)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@pytest.fixture(scope="session")
def running(inkten_command):
    """A function from options to an `inkten serve` that runs inside a `with`."""
    return partial(serve, [inkten_command])


@pytest.fixture
def running_slowly(tmp_path):
    """As `running`, with a reader that never finishes in time."""
    script = tmp_path / "slow.py"  # worker processes run it, too
    script.write_text(
        "import time\n"
        "from inkten.cli.main import main\n"
        "from inkten.server.service import Service\n"
        "from inkten.explanation.explain import Explainer\n"
        "Service.read_each = lambda *_: time.sleep(90) or []\n"
        "Explainer.explain = lambda *_, **__: time.sleep(90)\n"
        "if __name__ == '__main__':\n"
        "    main()\n"
    )
    return partial(serve, [sys.executable, script])


def wait_until_ready(process, address):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            sys.exit(f"inkten serve ended: {process.stdout.read()}")
        try:
            with urllib.request.urlopen(f"{address}health/ready", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail("inkten serve did not become ready")
