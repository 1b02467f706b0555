import asyncio
import threading

import pytest

from inkten.server.batching import SMALL_BYTES, MicroBatcher
from inkten.server.options import ReadOptions
from inkten.server.pool import Pool

PLAIN = ReadOptions()


@pytest.fixture
def read_all():
    """Writer in pictures while one thread is busy; their answers, and who sat together.

    A reading is the picture's first letter; b"!" fails whatever is read with it.
    """

    def read_all(*pictures, options=()):
        together, held, free = [], threading.Event(), threading.Event()

        def read_each(contents, _):
            held.set()
            free.wait(10)
            together.append([content[:1] for content in contents])
            if any(content.startswith(b"!") for content in contents):
                raise RuntimeError("a fault")
            return [content[:1] for content in contents]

        async def run():
            pool = Pool(threads=1, waiting=99, seconds=9)
            pool.open()
            reader = MicroBatcher(pool, read_each)
            first = asyncio.create_task(reader.read(b"first", PLAIN, bytes.decode))
            await asyncio.to_thread(held.wait, 10)
            wishes = options or [PLAIN] * len(pictures)
            tasks = [
                asyncio.create_task(reader.read(picture, wish, bytes.decode))
                for picture, wish in zip(pictures, wishes, strict=True)
            ]
            await asyncio.sleep(0)  # each is handed in
            free.set()
            answers = await asyncio.gather(*tasks, return_exceptions=True)
            assert await first == "f"
            pool.close()
            return answers

        return asyncio.run(run()), together[1:]

    return read_all


def test_small_pictures_that_wait_are_read_together_and_keep_their_answers(read_all):
    answers, together = read_all(b"a", b"b", b"c")
    assert answers == ["a", "b", "c"]
    assert together == [[b"a", b"b", b"c"]]


def test_a_large_picture_is_read_alone(read_all):
    large = b"L" * (SMALL_BYTES + 1)
    answers, together = read_all(b"a", large, b"b", b"c")
    assert answers == ["a", "L", "b", "c"]
    assert together == [[b"a"], [b"L"], [b"b", b"c"]]


def test_pictures_of_other_options_are_read_apart(read_all):
    single = ReadOptions(single=True)
    _, together = read_all(b"a", b"b", b"c", options=(PLAIN, single, single))
    assert together == [[b"a"], [b"b", b"c"]]


def test_a_fault_is_told_to_its_own_caller_alone(read_all):
    (good, fault, fine), _ = read_all(b"a", b"!", b"c")
    assert (good, fine) == ("a", "c")
    assert isinstance(fault, RuntimeError)


def test_pictures_that_nobody_waits_for_are_let_go_at_once_and_not_read():
    seen, held, free = [], threading.Event(), threading.Event()

    class Body(bytes):
        def __del__(self):
            seen.append("let go")

    def read_each(contents, _):
        held.set()
        free.wait(10)
        seen.extend(contents)
        return contents

    async def run():
        pool = Pool(threads=1, waiting=9, seconds=9)
        pool.open()
        reader = MicroBatcher(pool, read_each)
        first = asyncio.create_task(reader.read(b"a", PLAIN, bytes.decode))
        await asyncio.to_thread(held.wait, 10)
        given_up = asyncio.create_task(reader.read(Body(b"b"), PLAIN, bytes.decode))
        await asyncio.sleep(0)  # it is handed in
        given_up.cancel()
        await asyncio.sleep(0)
        del given_up
        free.set()
        assert await first == "a"
        await pool.run(lambda: None)  # all turns before it are over
        pool.close()

    asyncio.run(run())
    assert seen == ["let go", b"a"]
