import asyncio
import io
import threading

import pytest
from PIL import Image

from inkten.options import ReadOptions
from inkten.server.batching import SMALL_BYTES, MicroBatcher
from inkten.server.pool import Pool

PLAIN = ReadOptions()


@pytest.fixture
def read_all():
    """Send pictures while the thread is busy; gives their answers and the batches.

    A reading is the picture's first letter; b"!" fails the batch that it is in.
    """

    def read_all(*pictures, options=()):
        batches, busy, free = [], threading.Event(), threading.Event()

        def read_each(contents, _):
            contents = list(contents)
            busy.set()
            free.wait(10)
            batches.append([content[:1] for content in contents])
            if any(content.startswith(b"!") for content in contents):
                raise RuntimeError("a fault")
            return [content[:1] for content in contents]

        async def run():
            pool = Pool(threads=1, waiting=99, seconds=9)
            pool.open()
            reader = MicroBatcher(pool, read_each)
            first = asyncio.create_task(reader.read(b"first", PLAIN, bytes.decode))
            await asyncio.to_thread(busy.wait, 10)
            wanted = options or [PLAIN] * len(pictures)
            tasks = [
                asyncio.create_task(reader.read(picture, option, bytes.decode))
                for picture, option in zip(pictures, wanted, strict=True)
            ]
            await asyncio.sleep(0)  # each is queued
            free.set()
            answers = await asyncio.gather(*tasks, return_exceptions=True)
            assert await first == "f"
            pool.close()
            return answers

        return asyncio.run(run()), batches[1:]

    return read_all


def test_small_waiting_pictures_are_read_together_and_keep_their_answers(read_all):
    answers, batches = read_all(b"a", b"b", b"c")
    assert answers == ["a", "b", "c"]
    assert batches == [[b"a", b"b", b"c"]]


def test_a_large_picture_is_read_alone(read_all):
    large = b"L" * (SMALL_BYTES + 1)
    answers, batches = read_all(b"a", large, b"b", b"c")
    assert answers == ["a", "L", "b", "c"]
    assert batches == [[b"a"], [b"L"], [b"b", b"c"]]


def test_pictures_with_different_options_are_read_separately(read_all):
    single = ReadOptions(single=True)
    _, batches = read_all(b"a", b"b", b"c", options=(PLAIN, single, single))
    assert batches == [[b"a"], [b"b", b"c"]]


def test_the_header_of_each_picture_is_read_once_and_closed(read_all, monkeypatch):
    opened = []

    def open_blank(content):
        opened.append(Image.open(io.BytesIO(blank)))
        return opened[-1]

    file = io.BytesIO()
    Image.new("L", (9, 9)).save(file, "PNG")
    blank = file.getvalue()
    monkeypatch.setattr("inkten.server.batching.open_header", open_blank)
    _, batches = read_all(b"a", b"b", b"c", b"d")
    assert batches == [[b"a", b"b", b"c", b"d"]]
    assert [image.fp for image in opened] == [None] * 4


def test_an_error_is_raised_for_its_own_caller_only(read_all):
    (good, fault, fine), _ = read_all(b"a", b"!", b"c")
    assert (good, fine) == ("a", "c")
    assert isinstance(fault, RuntimeError)


def test_pictures_that_nobody_waits_for_are_freed_at_once_and_not_read():
    events, busy, free = [], threading.Event(), threading.Event()

    class Body(bytes):
        def __del__(self):
            events.append("freed")

    def read_each(contents, _):
        contents = list(contents)
        busy.set()
        free.wait(10)
        events.extend(contents)
        return contents

    async def run():
        pool = Pool(threads=1, waiting=9, seconds=9)
        pool.open()
        reader = MicroBatcher(pool, read_each)
        first = asyncio.create_task(reader.read(b"a", PLAIN, bytes.decode))
        await asyncio.to_thread(busy.wait, 10)
        given_up = asyncio.create_task(reader.read(Body(b"b"), PLAIN, bytes.decode))
        await asyncio.sleep(0)  # it is queued
        given_up.cancel()
        await asyncio.sleep(0)
        del given_up
        free.set()
        assert await first == "a"
        await pool.run(lambda: None)  # all earlier work is done
        pool.close()

    asyncio.run(run())
    assert events == ["freed", b"a"]


def test_a_small_file_of_many_pixels_is_read_alone(read_all, huge_png):
    many_pixels = huge_png(7000, 7000)
    assert len(many_pixels) < SMALL_BYTES
    _, batches = read_all(b"a", many_pixels, b"b", b"c")
    assert batches == [[b"a"], [b"\x89"], [b"b", b"c"]]


def test_a_picture_past_its_deadline_is_not_decoded_and_answers_do_not_wait():
    decoded, first_answered = [], threading.Event()

    def read_each(contents, _):
        for content in contents:
            decoded.append(content)
            yield content
            first_answered.wait(10)

    async def run():
        pool = Pool(threads=1, waiting=9, seconds=9)
        pool.open()
        reader = MicroBatcher(pool, read_each)
        await asyncio.to_thread(lambda: None)
        blocker = threading.Event()
        pool.submit(lambda: blocker.wait(10))
        first, late, last = (
            asyncio.create_task(reader.read(content, PLAIN, bytes.decode))
            for content in (b"a", b"b", b"c")
        )
        await asyncio.sleep(0)  # each is queued
        blocker.set()
        assert await first == "a"  # the others are not even decoded yet
        assert decoded == [b"a"]
        late.cancel()
        await asyncio.sleep(0)
        first_answered.set()
        assert await last == "c"
        pool.close()

    asyncio.run(run())
    assert decoded == [b"a", b"c"]
