import csv
import io
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkten.datasets.labels import load_labels
from inkten.errors import DataError, InktenError
from inkten.server.collection import Collection, clean_text

GB = 1_000_000_000


def correct(client, picture, text, headers=None, **options):
    return client.post(
        "/v1/corrections",
        files={"picture": ("private name.png", picture)},
        data={"text": text},
        params=options,
        headers=headers,
    )


def rows_of(folder):
    with (folder / "labels.csv").open(newline="") as labels:
        return list(csv.DictReader(labels))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept" / "pictures"


def test_corrections_are_off_by_default(client, seven):
    assert correct(client, seven, "7").status_code == 404
    assert "corrections" not in client.get("/openapi.json").text
    assert "data-collects" not in client.get("/").text


def test_a_correction_is_kept_as_evaluate_reads_it(client_of, folder, numbers):
    client = client_of(collect=str(folder))
    assert "data-collects" in client.get("/").text
    answer = correct(client, numbers, "40 7\n13")
    assert answer.status_code == 201
    (kept,) = load_labels(folder)
    assert answer.json() == {"file": kept.file, "text": "40 7|13"}
    assert kept.text == "40 7|13"
    with Image.open(kept.path) as picture, Image.open(io.BytesIO(numbers)) as sent:
        assert np.array_equal(np.asarray(picture), np.asarray(sent))


def test_boxes_are_kept_in_pixels_of_the_kept_picture(client_of, folder, write):
    page = write("42")
    file = io.BytesIO()
    Image.fromarray(np.rot90(page.gray)).save(file, "PNG")  # lies on its side
    correct(client_of(collect=str(folder)), file.getvalue(), "42", rotate="90")
    (row,) = rows_of(folder)
    with Image.open(folder / row["file"]) as kept:
        assert kept.size == page.gray.shape[::-1]
    for (x, y, *_), (true_x, true_y, *_) in zip(
        json.loads(row["boxes"]), page.boxes, strict=True
    ):
        assert abs(x - true_x) < 15
        assert abs(y - true_y) < 15


def test_metadata_and_name_are_not_kept(client_of, folder, write):
    image = Image.fromarray(write("7").gray)
    exif = image.getexif()
    exif[0x010F] = "A camera that tells on you"
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    correct(client_of(collect=str(folder)), file.getvalue(), "7")
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"camera" not in kept
    assert b"private" not in kept


def test_a_picture_corrected_again_is_kept_once(client_of, folder, seven, blank):
    client = client_of(collect=str(folder))
    for picture, text in ((seven, "1"), (blank, ""), (seven, "7")):
        assert correct(client, picture, text).status_code == 201
    assert sorted(each.text for each in load_labels(folder)) == ["", "7"]


def test_a_correction_with_signs_is_kept_with_and_without_them(
    client_of, folder, numbers, seven
):
    client = client_of(collect=str(folder))
    text = "40 7\n\u221212.50 3\u00d74"  # a minus and a cross, as people type them
    answer = correct(client, numbers, text, signs=True)
    assert answer.json()["text"] == "40 7|-12.50 3x4"
    correct(client, seven, "7")
    assert [each.text for each in load_labels(folder)] == ["40 7|12 50 3 4", "7"]
    written = [each.text for each in load_labels(folder, written=True)]
    assert written == ["40 7|-12.50 3x4", "7"]
    assert correct(client, seven, "7 kg", signs=True).status_code == 422


@pytest.mark.parametrize("text", ["seven", "7.5", "\u0667"])
def test_a_text_with_more_than_digits_is_refused_and_nothing_is_kept(
    client_of, folder, seven, text
):
    answer = correct(client_of(collect=str(folder)), seven, text)
    assert answer.status_code == 422
    assert "more than digits" in answer.json()["detail"]
    assert not list((folder / "pictures").iterdir())


def test_an_incomplete_correction_is_refused(client_of, folder, seven):
    client = client_of(collect=str(folder))
    no_text = client.post("/v1/corrections", files={"picture": seven})
    assert "fields picture; expected" in no_text.json()["detail"]
    assert client.post("/v1/corrections", content=seven).status_code == 415
    assert correct(client, b"seven", "7").status_code == 422
    assert not list((folder / "pictures").iterdir())


def test_corrections_need_the_key_and_are_refused_from_other_sites(
    client_of, folder, seven
):
    client = client_of(collect=str(folder), key="sesame")
    key = {"Authorization": "Bearer sesame"}
    other_site = {**key, "Origin": "https://other.example"}
    for headers, status in (({}, 401), (other_site, 403)):
        assert correct(client, seven, "7", headers).status_code == status
    assert not list((folder / "pictures").iterdir())
    assert correct(client, seven, "7", key).status_code == 201


def test_simultaneous_corrections_are_all_kept(tmp_path):
    def add(value):
        # Each as if in its own process: only the files are shared.
        gray = np.full((9, 9), value, np.uint8)
        Collection.in_folder(tmp_path, GB).add(gray, str(value), [])

    threads = [threading.Thread(target=add, args=(value,)) for value in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = load_labels(tmp_path)
    assert sorted(int(each.text) for each in kept) == list(range(24))
    assert all(each.path.is_file() for each in kept)


def test_processes_that_start_together_do_not_disturb_each_other(tmp_path, monkeypatch):
    touch = Path.touch

    def touch_slowly(path):  # the file by which make_room tries to write
        touch(path)
        time.sleep(0.01)

    monkeypatch.setattr(Path, "touch", touch_slowly)
    with ThreadPoolExecutor(8) as threads:
        started = threads.map(Collection.in_folder, [tmp_path] * 8, [GB] * 8)
        assert len(list(started)) == 8


def test_a_folder_that_cannot_be_written_is_reported_at_the_start(client_of, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InktenError, match="cannot be written"):
        client_of(collect=str(tmp_path / "file"))


def test_a_full_disk_is_reported_without_a_path(client_of, folder, seven, monkeypatch):
    def fail(*_):
        raise InktenError(f"{folder}: cannot be written")

    client = client_of(collect=str(folder))
    monkeypatch.setattr(Collection, "add", fail)
    answer = correct(client, seven, "7")
    assert answer.status_code == 500
    assert str(folder) not in answer.text


def test_texts_are_kept_in_the_form_of_the_labels():
    assert clean_text(" 12  7\r\n 5\n") == "12 7|5"
    assert clean_text("") == ""
    with pytest.raises(DataError):
        clean_text("12,7")


def test_labels_of_another_form_are_refused_at_the_start(tmp_path):
    (tmp_path / "labels.csv").write_text("filename,label\na.png,7\n")
    with pytest.raises(InktenError, match="no column file or text"):
        Collection.in_folder(tmp_path, GB)


def test_an_extra_cell_in_the_labels_does_no_harm(tmp_path):
    (tmp_path / "labels.csv").write_text("file,text,mine\na.png,7,x,\nb.png,3\n")
    Collection.in_folder(tmp_path, GB).add(np.zeros((9, 9), np.uint8), "1", [])
    header, first, second, _ = (tmp_path / "labels.csv").read_text().splitlines()
    assert header == "file,text,boxes,written,mine"
    assert (first, second) == ("a.png,7,,,x", "b.png,3,,,")


def test_a_correction_costs_the_same_in_a_large_collection(tmp_path):
    def fastest(count):
        rows = "".join(
            f'pictures/{i:024}.png,7,"[[1, 2, 3, 4]]"\n' for i in range(count)
        )
        folder = tmp_path / str(count)
        folder.mkdir()
        (folder / "labels.csv").write_text(f"file,text,boxes\n{rows}")
        collection = Collection.in_folder(folder, GB)
        seconds = []
        for value in range(9):
            start = time.perf_counter()
            collection.add(np.full((9, 9), value, np.uint8), "7", [])
            seconds.append(time.perf_counter() - start)
        assert len(rows_of(folder)) == count + 9
        return min(seconds)

    assert fastest(100_000) < 10 * fastest(10)


def test_a_row_that_an_editor_left_without_a_newline_stays_whole(tmp_path):
    (tmp_path / "labels.csv").write_text("file,text,boxes,mine\na.png,7,,x")
    collection = Collection.in_folder(tmp_path, GB)
    collection.add(np.zeros((9, 9), np.uint8), "1", [])
    first, second = rows_of(tmp_path)
    assert (first["file"], first["mine"]) == ("a.png", "x")
    assert (second["text"], second["mine"]) == ("1", "")


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_is_replaced_however_people_have_edited_it(tmp_path, quote):
    collection = Collection.in_folder(tmp_path, GB)
    pictures = [np.full((9, 9), value, np.uint8) for value in range(3)]
    first, second, third = (collection.add(each, "1", []) for each in pictures)
    labels = tmp_path / "labels.csv"
    edited = f'file,text,boxes,note\n{first},1,[],"a\n note"\n'
    edited += f'{quote}{second}{quote},1,[],"two\nlines"\n{third},1,[],"x"\n'
    labels.write_text(edited)
    collection.add(pictures[1], "2", [])
    rows = {row["file"]: (row["text"], row["note"]) for row in rows_of(tmp_path)}
    assert rows == {first: ("1", "a\n note"), second: ("2", ""), third: ("1", "x")}
    assert len(rows_of(tmp_path)) == 3


def test_a_full_collection_refuses_corrections_and_keeps_its_size(
    client_of, folder, seven, numbers
):
    client = client_of(collect=str(folder), collect_max=2 * len(seven))
    assert correct(client, seven, "7").status_code == 201
    assert correct(client, seven, "1").status_code == 201  # nothing new
    for picture, text in ((numbers, "40 7\n12"), (seven, "7" * 2 * len(seven))):
        answer = correct(client, picture, text)
        assert answer.status_code == 507
        assert answer.json()["type"] == "/docs#collection-full"
        assert "limit" in answer.json()["detail"]
    assert [each.text for each in load_labels(folder)] == ["1"]
    assert len(list((folder / "pictures").iterdir())) == 1


def test_the_size_is_counted_again_at_each_start(tmp_path):
    first = Collection.in_folder(tmp_path, GB)
    first.add(np.zeros((9, 9), np.uint8), "1", [])
    size = sum(path.stat().st_size for path in (tmp_path / "pictures").iterdir())
    second = Collection.in_folder(tmp_path, size + 100)
    with pytest.raises(InktenError, match="limit"):
        second.add(np.random.default_rng(0).integers(0, 255, (9, 90), np.uint8), "", [])


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on files")
def test_a_full_disk_leaves_no_part_of_a_row(tmp_path):
    collection = Collection.in_folder(tmp_path, GB)
    collection.add(np.zeros((9, 9), np.uint8), "1", [])
    labels = tmp_path / "labels.csv"
    before = labels.read_bytes()
    script = (
        "import pathlib, resource, signal, sys, threading\n"
        "from inkten.errors import InktenError\n"
        "from inkten.server.collection import Collection\n"
        "folder, limit = pathlib.Path(sys.argv[1]), int(sys.argv[2])\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "collection = Collection(folder, 10**9, threading.Lock())\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
        "try:\n"
        "    collection._append({'file': 'b.png', 'text': '7' * 99, 'boxes': ''})\n"
        "except OSError as error:\n"
        "    print(error.strerror)\n"
    )
    words = [sys.executable, "-c", script, tmp_path, str(len(before) + 20)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout
    assert labels.read_bytes() == before
