"""The service as it runs: processes, signals, workers."""

import signal
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client.parser import text_string_to_metric_families

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")


def post(address, content):
    request = urllib.request.Request(
        f"{address}v1/read", content, {"Content-Type": "image/png"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.status


@posix
def test_a_stop_finishes_what_is_in_flight(running, seven):
    sizes = threading.Barrier(5)

    def ask(address):
        sizes.wait()
        return post(address, seven)

    with running("--threads", 1) as (address, process), ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask, address) for _ in range(4)]
        sizes.wait()
        while "in_flight 0.0" in figures_text(address):  # until they have arrived
            if any(each.done() for each in asked):
                break
        process.send_signal(signal.SIGTERM)
        assert [each.result() for each in asked].count(200) == 4
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)


@posix
def test_workers_share_the_work_and_tell_one_sum(running, seven):
    with running("--workers", 2, "--threads", 1) as (address, _):
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(post, address, seven) for _ in range(24)]
            assert {each.result() for each in asked} == {200}
        for _ in range(6):  # whichever worker answers
            families = text_string_to_metric_families(figures_text(address))
            told = {
                (sample.name, *sorted(sample.labels.values())): sample.value
                for family in families
                for sample in family.samples
            }
            assert told["inkten_requests_total", "/v1/read", "200", "POST"] == 24
            assert told["inkten_pictures_total", "read"] == 24
            assert told["inkten_requests_in_flight",] == 0


def figures_text(address):
    with urllib.request.urlopen(f"{address}metrics", timeout=30) as answer:
        return answer.read().decode()
