"""The container: what it is made of, and that it can be built and serves."""

import os
import re
import runpy
import shutil
import subprocess
import time
import tomllib
from pathlib import Path

import httpx2
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PORT = 18_765
BASE = "INKTEN_BASE_IMAGE"  # an image to build from where the usual cannot be pulled
CERTIFICATES = "/etc/ssl/certs"
START_SECONDS = 120
PINNED = re.compile(r"^([\w.-]+)==(\S+)", re.M)


def pinned(name):
    """The versions of each package in a file of constraints."""
    versions = {}
    for package, version in PINNED.findall((ROOT / "container" / name).read_text()):
        versions.setdefault(canonicalize_name(package), []).append(version)
    return versions


def test_the_base_image_is_pinned_by_its_digest():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^ARG BASE=\S+@sha256:[0-9a-f]{64}$", dockerfile, re.M)
    assert re.findall(r"^FROM (\S+)", dockerfile, re.M) == ["$BASE", "$BASE"]


@pytest.mark.parametrize("name", ["serve.txt", "build.txt"])
def test_every_package_of_the_image_has_its_hashes(name):
    text = (ROOT / "container" / name).read_text()
    entries = re.split(r"\n(?=\w)", text.partition("\n#    make constraints\n")[2])
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_constraints_are_what_pyproject_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["serve"], *extras["heic"]]
    versions = pinned("serve.txt")
    for requirement in map(Requirement, wanted):
        own = versions[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in own), own


@pytest.mark.parametrize(
    ("words", "port"),
    [
        (["python", "inkten", "serve", "--host", "0.0.0.0"], 8000),
        (["inkten", "serve", "--port", "9000", "--workers", "2", ""], 9000),
        (["docker-init", "--", "inkten", "serve", "--port=9001"], 9001),
        (["inkten", "serve", "--port", "9000", "--port", "9002"], 9002),
    ],
)
def test_the_health_check_asks_the_configured_port(words, port):
    check = runpy.run_path(str(ROOT / "container" / "health_check.py"))
    assert check["port_in"](words) == port


def podman(*words, check=True):
    # runc and cgroupfs also work where crun and systemd do not, as in a chroot.
    words = ["podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs", *words]
    done = subprocess.run(words, capture_output=True, text=True)
    assert not (check and done.returncode), done.stderr
    return done


@pytest.fixture(scope="module")
def image():
    """The name of the image, built from the Dockerfile."""
    if not (shutil.which("podman") and shutil.which("runc") and os.geteuid() == 0):
        pytest.skip("needs Podman and runc, and root")
    base = os.environ.get(BASE)
    words = ["build", "--isolation", "chroot", "--network", "host"]
    words += ["--format", "docker", "--tag", "inkten-test"]
    if base:
        words += ["--build-arg", f"BASE={base}"]
    else:
        pulled = podman("pull", "--quiet", base_image(), check=False)
        if pulled.returncode:
            pytest.skip(f"the base image cannot be pulled; {BASE} can name another")
    if certificates := os.environ.get("PIP_CERT"):  # of a proxy that pip goes through
        words += ["--volume", f"{CERTIFICATES}:{CERTIFICATES}:ro"]
        words += ["--env", f"PIP_CERT={certificates}"]
    podman(*words, str(ROOT))
    return "inkten-test"


def base_image():
    return re.search(r"^ARG BASE=(\S+)$", (ROOT / "Dockerfile").read_text(), re.M)[1]


@pytest.fixture
def container(image):
    """A running container with a root that is read-only, on a port of its own."""
    options = ["--detach", "--network", "host", "--read-only", "--cap-drop", "ALL"]
    options += ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]
    words = ["run", *options, "--tmpfs", "/tmp", image]
    started = podman(*words, "--port", str(PORT)).stdout.strip()
    yield started
    podman("rm", "--force", "--time", "20", started)


def test_the_image_serves_on_another_port_and_reports_its_health(container):
    end = time.monotonic() + START_SECONDS
    while podman("healthcheck", "run", container, check=False).returncode:
        assert time.monotonic() < end, podman("logs", container).stderr
        time.sleep(0.5)
    picture = ROOT / "examples" / "digit.jpg"
    address = f"http://127.0.0.1:{PORT}/v1/read"
    answer = httpx2.post(address, files={"file": picture.read_bytes()}, timeout=60)
    assert answer.json()["text"] == "7"
    assert podman("exec", container, "id", "-u").stdout.strip() == "10001"
    podman("stop", "--time", "20", container)
    state = podman("inspect", container, "--format", "{{.State.ExitCode}}")
    assert state.stdout.strip() in ("0", "143")
