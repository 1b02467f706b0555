"""Readers take turns, picture by picture; every answer is saved as it comes."""

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from peers import Answer, ReaderError, ReaderProcess, leave_out

from inkten.datasets.labels import LabelledPicture

WARM_UP = 3  # pictures read first, so that loading and first calls are not timed
PROGRESS_SECONDS = 10  # between two lines of progress
ANSWERS = "answers"  # the folder of unfinished runs, inside the cache

Answers = dict[str, Answer]  # by reader


class SavedAnswers:
    """The answers so far, a line of JSON per picture, so that a stopped run resumes.

    A line holds what all readers answered in their turns on one picture, so the times
    in it compare even if the run was stopped between two pictures. Pictures are known
    by their content.
    """

    def __init__(self, path: Path) -> None:
        """Load the answers of an earlier run that was stopped; keep new ones there."""
        self.path = path
        self._answers: dict[str, Answers] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            for line in path.read_text("utf-8").splitlines():
                self._load(line)
            self._write("")  # ends a line that was cut off

    def of(self, picture: Path) -> Answers:
        """What the readers answered on a picture, empty if it was not read."""
        return self._answers.get(_digest(picture), {})

    def add(self, picture: Path, answers: Answers) -> None:
        """Keep what all readers answered on a picture."""
        self._answers[_digest(picture)] = answers
        self._write(json.dumps([_digest(picture), answers]))

    def remove(self) -> None:
        """Remove the file: the run is complete, and another one measures anew."""
        self.path.unlink(missing_ok=True)

    def _load(self, line: str) -> None:
        try:
            picture, answers = json.loads(line)
        except ValueError:  # cut off as the run was stopped
            return
        self._answers[picture] = {name: Answer(*one) for name, one in answers.items()}

    def _write(self, line: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


@cache
def _digest(picture: Path) -> str:
    return hashlib.sha256(picture.read_bytes()).hexdigest()


def saved_answers(
    folder: Path, run: Mapping[str, object], pictures: Iterable[LabelledPicture]
) -> SavedAnswers:
    """The answers of an unfinished run on the same pictures.

    Args:
        folder: the folder in which they are kept.
        run: what else distinguishes the run: its readers and settings.
        pictures: the pictures.
    """
    read = [_digest(picture.path) for picture in pictures]
    key = json.dumps([run, read], sort_keys=True)
    name = hashlib.sha256(key.encode()).hexdigest()[:16]
    return SavedAnswers(folder / ANSWERS / f"{name}.jsonl")


class Progress:
    """How many of some pictures all readers have read, on standard error."""

    def __init__(self, pictures: str, done: int, total: int) -> None:
        """Start the clock; ``done`` pictures of the total were read earlier."""
        self._pictures, self._total = pictures, total
        self._done = self._before = done
        self._start = self._shown = time.monotonic()
        self._seconds: dict[str, float] = {}  # of each reader, all pictures together

    def add(self, answers: Answers) -> None:
        """Count a picture; say how many are done now and then, and at the end."""
        self._done += 1
        for name, answer in answers.items():
            self._seconds[name] = self._seconds.get(name, 0.0) + answer.seconds
        now = time.monotonic()
        if self._done == self._total or now - self._shown >= PROGRESS_SECONDS:
            self._shown = now
            print(self._line(now - self._start), file=sys.stderr)

    def _line(self, passed: float) -> str:
        read = self._done - self._before
        left = passed / read * (self._total - self._done)
        each = ", ".join(
            f"{name} {seconds / read:.2f}" for name, seconds in self._seconds.items()
        )
        return (
            f"{self._pictures}: {self._done} of {self._total}, {_span(left)} left; "
            f"seconds a picture: {each}"
        )


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 100 else f"{seconds:.0f} s"


def read_in_turns(
    readers: dict[str, ReaderProcess],
    pictures: Sequence[LabelledPicture],
    left_out: dict[str, str],
    saved: SavedAnswers,
    title: str,
) -> dict[str, list[Answer]]:
    """Let the readers read each picture, starting with another reader each time.

    Pictures that all of them have read before are not read again. A reader that ends
    is removed from ``readers``; ``left_out`` says why.
    """
    paths = [picture.path for picture in pictures]
    unread = [path for path in paths if not readers.keys() <= saved.of(path).keys()]
    read = len(paths) - len(unread)
    earlier = f", {read} of them read by an earlier run" if read else ""
    print(f"{title}: {len(paths)} pictures{earlier}", file=sys.stderr)
    warm_up = unread[:WARM_UP]
    for place, path in enumerate(warm_up):
        _ask_all(readers, place, path, left_out)
    progress = Progress(title, read, len(paths))
    for place, path in enumerate(unread, len(warm_up)):
        answers = _ask_all(readers, place, path, left_out)
        saved.add(path, answers)
        progress.add(answers)
    return {name: [saved.of(path)[name] for path in paths] for name in readers}


def _ask_all(
    readers: dict[str, ReaderProcess], place: int, path: Path, left_out: dict[str, str]
) -> Answers:
    names = list(readers)
    first = place % len(names) if names else 0
    answers = {}
    for name in names[first:] + names[:first]:
        try:
            answers[name] = readers[name].read(path)
        except ReaderError as reason:
            leave_out(name, reason, left_out)
            readers.pop(name).close()
    return answers
