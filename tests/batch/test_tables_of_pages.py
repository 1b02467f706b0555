"""``inkten batch --table``: the cells of each page in its row."""

from dataclasses import replace

from PIL import Image

from inkten.batch.table import FileFormat, decode, encode, table_of
from inkten.batch.worker import Job, read_rows


def test_rows_have_the_cells_of_the_table_if_it_is_asked_for(tmp_path, write):
    Image.fromarray(write("40 7\n12").gray).save(tmp_path / "page.png")
    job = Job(base=str(tmp_path), table=True)
    (row,) = read_rows(job, ["page.png"])
    for file_format in FileFormat:
        content = encode(table_of([row]), file_format)
        (stored,) = decode(content, file_format).to_pylist()
        cells = [(c["row"], c["column"], c["text"]) for c in stored["table"]]
        assert cells == [(0, 0, "40"), (0, 1, "7"), (1, 0, "12"), (1, 1, "")]
    (plain,) = read_rows(replace(job, table=False), ["page.png"])
    assert table_of([plain]).to_pylist()[0]["table"] is None
