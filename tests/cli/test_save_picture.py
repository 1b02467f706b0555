import shutil

import pytest
from PIL import Image
from typer.testing import CliRunner

from inkten.cli.main import app


def run(*arguments, **options):
    return CliRunner().invoke(app, ["read", *map(str, arguments)], **options)


def test_the_boxed_picture_is_saved(pictures):
    assert run("7.png", "--save-picture", "read.png").stdout == "7\n"
    with Image.open("read.png") as saved:
        assert saved.mode == "RGB"


def test_a_jpeg_is_saved_as_jpeg(pictures):
    assert run("7.png", "--save-picture", "read.jpg").exit_code == 0
    with Image.open("read.jpg") as saved:
        assert saved.format == "JPEG"


def test_one_picture_can_be_saved_to_a_folder_too(pictures):
    (pictures / "out").mkdir()
    assert run("7.png", "--save-picture", "out").exit_code == 0
    assert [path.name for path in (pictures / "out").iterdir()] == ["7-read.png"]


def test_several_pictures_are_saved_to_a_folder_under_different_names(pictures):
    (pictures / "other").mkdir()
    (pictures / "7.png").rename(pictures / "other" / "42.png")
    result = run("42.png", "other/42.png", "text.png", "--save-picture", "out/read")
    assert result.exit_code == 1
    saved = sorted(path.name for path in (pictures / "out" / "read").iterdir())
    assert saved == ["42-read-2.png", "42-read.png"]


def test_a_missing_folder_is_created(pictures):
    assert run("7.png", "--save-picture", "new/read.png").exit_code == 0
    assert (pictures / "new" / "read.png").is_file()


def test_the_picture_from_standard_input_has_a_name(pictures):
    content = (pictures / "7.png").read_bytes()
    run("-", "42.png", "--save-picture", "out", input=content)
    saved = sorted(path.name for path in (pictures / "out").iterdir())
    assert saved == ["42-read.png", "stdin-read.png"]


def test_a_failure_to_save_is_reported_and_the_others_are_read(pictures):
    long = "7" * 250 + ".png"  # a name that has no room for "-read"
    shutil.copy("7.png", long)
    result = run(long, "42.png", "--save-picture", "out")
    assert (result.exit_code, result.stdout) == (1, f"{long}: 7\n42.png: 42\n")
    (line,) = result.stderr.splitlines()
    assert line.startswith("inkten: out/777")
    assert "cannot be written" in line
    assert [path.name for path in (pictures / "out").iterdir()] == ["42-read.png"]
    result = run("7.png", "--save-picture", "text.png/read.png")
    assert (result.exit_code, result.stdout) == (1, "7\n")
    assert result.stderr.startswith("inkten: text.png/read.png: cannot be written")


def test_the_picture_is_shown_in_color(pictures):
    result = run("7.png", "--show", env={"COLUMNS": "80", "FORCE_COLOR": "1"})
    assert "\u2580" in result.stdout
    assert result.stdout.endswith("7\n")


@pytest.mark.parametrize("output_format", ["--json", "--csv"])
def test_a_shown_picture_does_not_mix_with_output_for_programs(pictures, output_format):
    plain = run("7.png", output_format)
    shown = run(
        "7.png", output_format, "--show", env={"COLUMNS": "80", "FORCE_COLOR": "1"}
    )
    assert shown.stdout == plain.stdout
    assert "\u2580" in shown.stderr


def test_a_picture_is_shown_at_a_terminal_only(pictures):
    assert run("7.png", "--show").output == "7\n"
