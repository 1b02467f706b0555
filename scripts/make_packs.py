"""Make handwriting packs from openly licensed collections.

    python scripts/make_packs.py COLLECTIONS PACKS

COLLECTIONS holds one folder for each collection that docs/packs.md lists; each becomes
a pack in PACKS. Training, validation and test parts never share a writer or a page.
"""

import argparse
import csv
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pack_writing import (
    Glyph,
    clip_boxes,
    crop_ink,
    decode_gray,
    keep_outline,
    read_arrays,
    write_glyphs,
    write_toml,
)

from inkten.datasets.packs import load_pack
from inkten.reader import Reader

SWISS_PARTS = {0: "validation", 10: "validation"} | dict.fromkeys((5, 15, 20), "test")
DRAWER_PARTS = {17: "validation", 18: "validation", 19: "test", 20: "test"}
# Characters that alone could be a digit: seven of them look like a 7, ten like a 0.
OMNIGLOT_AMBIGUOUS = {
    "Balinese": (14,),
    "Early_Aramaic": (2, 3, 4, 6, 14, 16, 17, 20),
    "Greek": (5, 6, 8, 9, 15, 17, 18),
    "Japanese_(katakana)": (24, 27, 37, 42, 43),
    "Korean": (21, 22, 27, 28, 33),
    "Sanskrit": (11, 13, 27, 37),
    "Tagalog": (3, 4, 16),
}
LETTERS_AMBIGUOUS = tuple("bgilOoqsSzZIl|")
BHMSDS_TEXTS = {"dot": ".", "minus": "-", "plus": "+", "slash": "/"}
MDAS_TEXTS = ("+", "÷", "/", "x", ".", "-")
PLAYWRITE_SHARE = 6.0  # 43 families of a handful of designs count as six


def main() -> None:
    """Make the pack of every collection that is there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("collections", type=Path)
    parser.add_argument("packs", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    for name, make in PACKS.items():
        source = options.collections / name
        if source.is_dir() and (not options.only or name in options.only):
            folder = options.packs / name
            folder.mkdir(parents=True, exist_ok=True)
            make(source, folder)
            for licence in source.glob("LICEN*"):
                (folder / licence.name).write_bytes(licence.read_bytes())
            pack = load_pack(folder)
            size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
            say(f"{pack.name}: {size / 1e6:.1f} MB, {', '.join(pack.parts)}")


def say(text: str) -> None:
    """Report a step."""
    sys.stdout.write(text + "\n")


def swiss_numbers(source: Path, folder: Path) -> None:
    """Digits of 21 writers; the scans also hold specks and bits of neighbours."""
    data = read_arrays(source / "swiss_numbers.npz")
    glyphs = [
        Glyph(crop_ink(gray), str(label), names, SWISS_PARTS.get(writer, "train"))
        for gray, label, writer, names in zip(
            data["images"],
            data["labels"].tolist(),
            data["writer"].tolist(),
            data["writers"][data["writer"]].tolist(),
            strict=True,
        )
    ]
    write_glyphs(folder, glyphs)
    write_toml(
        folder,
        licence="MIT",
        credit="Alex Schroeder and the writers of kensanata/numbers, (c) 2017",
        origin="https://github.com/kensanata/numbers",
    )


def bhmsds(source: Path, folder: Path) -> None:
    """Digits, signs and letters of a couple of people in Poland."""
    data = read_arrays(source / "bhmsds.npz")
    names = data["classes"][data["labels"]].tolist()
    glyphs = [
        Glyph(gray, BHMSDS_TEXTS.get(name, name), "bhmsds", "train")
        for gray, name in zip(data["images"], names, strict=True)
    ]
    write_glyphs(folder, glyphs)
    write_toml(
        folder,
        licence="MIT",
        credit="wblachowski, Basic Handwritten Math Symbols Dataset, (c) 2019",
        origin="https://github.com/wblachowski/bhmsds",
        ambiguous=("z", "/"),
    )


def mdas_symbols(source: Path, folder: Path) -> None:
    """Signs of arithmetic by two writers."""
    data = read_arrays(source / "mdas_symbols.npz")
    glyphs = [
        Glyph(gray, MDAS_TEXTS[label], "mdas", "train")
        for gray, label in zip(data["images"], data["labels"].tolist(), strict=True)
    ]
    write_glyphs(folder, glyphs)
    write_toml(
        folder,
        licence="MIT",
        credit="Jason MacLeod, MDAS Symbol Dataset, (c) 2024",
        origin="https://github.com/jdmacleod/handwritten-calculator",
        ambiguous=("/",),
    )


def handwritten_js(source: Path, folder: Path) -> None:
    """The signs of a keyboard by one writer, six times each."""
    data = read_arrays(source / "handwritten_js.npz")
    pairs = zip(data["images"], data["ascii"].tolist(), strict=True)
    glyphs = [
        Glyph(gray, chr(code), "handwritten.js", "train")
        for gray, code in pairs
        if np.median(gray) > 200 and gray.min() < 150 and chr(code) not in "_`'\",.|"
    ]
    write_glyphs(folder, glyphs)
    write_toml(
        folder,
        licence="MIT",
        credit="alias-rahil, handwritten.js, (c) 2020",
        origin="https://github.com/alias-rahil/handwritten.js",
        ambiguous=(*LETTERS_AMBIGUOUS, *"()[]/"),
    )


def omniglot_small(source: Path, folder: Path) -> None:
    """Characters of eight alphabets by twenty drawers."""
    data = read_arrays(source / "omniglot_small.npz")
    names = data["alphabets"][data["alphabet"]].tolist()
    glyphs = [
        Glyph(
            crop_ink(gray),
            chr(96 + character) if name == "Latin" else f"{name} {character}",
            f"{name} drawer {drawer}",
            DRAWER_PARTS.get(drawer, "train"),
        )
        for gray, name, character, drawer in zip(
            data["images"],
            names,
            data["character"].tolist(),
            data["drawer"].tolist(),
            strict=True,
        )
    ]
    write_glyphs(folder, glyphs)
    named = [f"{a} {c}" for a, many in OMNIGLOT_AMBIGUOUS.items() for c in many]
    write_toml(
        folder,
        licence="MIT",
        credit="Brenden Lake, Omniglot, (c) 2015",
        origin="https://github.com/brendenlake/omniglot",
        ambiguous=(*LETTERS_AMBIGUOUS, *named),
    )


def quickdraw_small(source: Path, folder: Path) -> None:
    """Doodles of cats, rainbows and trains."""
    data = read_arrays(source / "quickdraw_small.npz")
    glyphs = [Glyph(gray, "", "quickdraw", "train") for gray in data["images"]]
    write_glyphs(folder, glyphs)
    write_toml(
        folder,
        licence="CC-BY-4.0",
        credit="Google, Quick, Draw! (subset, inverted)",
        origin="https://github.com/googlecreativelab/quickdraw-dataset",
    )


def lectaurep_digit_strings(source: Path, folder: Path) -> None:
    """Numbers from registers; boxes where the shipped reader reads the label."""
    reader, numbers = Reader(min_confidence=0), []
    with zipfile.ZipFile(source / "crops.zip") as archive:
        listing = io.TextIOWrapper(archive.open("labels.csv"), newline="")
        for row in csv.DictReader(listing):
            gray = keep_outline(decode_gray(archive.read(row["file"])), row["polygon"])
            last = re.search(r"(\d)_[LR]", row["page"])
            parts = {"4": "validation", "7": "test"}
            part = parts.get(last.group(1), "train") if last else "train"
            digits = [
                digit
                for line in reader.read(gray).lines
                for number in line
                for digit in number.digits
            ]
            boxes = None
            if "".join(digit.text for digit in digits) == row["label"]:
                sides = [(d.box.x, d.box.y, d.box.width, d.box.height) for d in digits]
                boxes = clip_boxes(np.array(sides, np.float32), gray.shape)
            page = row["page"].removeprefix("data/")
            numbers.append(Glyph(gray, row["label"], page, part, boxes))
    boxed = sum(number.boxes is not None for number in numbers)
    say(f"registers: boxes for {boxed} of {len(numbers)} numbers")
    write_glyphs(folder, numbers, "numbers.npz")
    write_toml(
        folder,
        licence="CC-BY-4.0",
        credit="LECTAUREP (Archives nationales, Inria, EPHE): M. Durand, A. Rostaing, "
        "A. Chague, Notaires de Paris - Repertoires (cut, gray, masked)",
        origin="https://github.com/HTR-United/lectaurep-repertoires",
    )


def testaments_pages(source: Path, folder: Path) -> None:
    """Pages of wills: lines without digits; every ninth page is for validation."""
    (folder / "pages").mkdir(exist_ok=True)
    listed: dict[str, Any] = {}
    with zipfile.ZipFile(source / "pages.zip") as archive:
        listing = json.loads(archive.read("lines.json"))
        for number, (name, page) in enumerate(sorted(listing.items())):
            lines = [
                {
                    "text": line["text"],
                    "outline": np.array(line["polygon"]).reshape(-1, 2)[::2].tolist(),
                }
                for line in page["lines"]
                if not any(sign.isdigit() for sign in line["text"])
            ]
            part = "validation" if number % 9 == 4 else "train"
            listed[f"{name}.webp"] = {"part": part, "lines": lines}
            content = archive.read(f"{name}.webp")
            (folder / "pages" / f"{name}.webp").write_bytes(content)
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    (folder / "pages.json").write_text(text, encoding="utf-8")
    write_toml(
        folder,
        licence="CC-BY-4.0",
        credit="Archives nationales, CREMMA, Testaments de Poilus (scaled)",
        origin="https://github.com/HTR-United/CREMMA-AN-TestamentsDePoilus",
        parts=("train", "validation"),
    )


def handwriting_fonts(source: Path, folder: Path) -> None:
    """Fonts of hands and schools; every tenth is for validation."""
    with zipfile.ZipFile(source / "fonts.zip") as archive:
        manifest = archive.read("manifest.csv").decode()
        for name in archive.namelist():
            if not name.endswith("/"):
                target = folder / name
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(archive.read(name))
    rows = list(csv.DictReader(io.StringIO(manifest)))
    files = [row["family"] for row in rows]
    families = sorted({name for name in files if not name.startswith("playwrite")})
    held_out = set(families[5::10])
    playwrites = len({name for name in files if name.startswith("playwrite")})
    with (folder / "fonts.csv").open("w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table)
        writer.writerow(("file", "family", "weight", "part", "licence", "copyright"))
        for row in rows:
            family = row["family"]
            share = PLAYWRITE_SHARE / playwrites if "playwrite" in family else 1.0
            weight = round(share / files.count(family), 4)
            part = "validation" if family in held_out else "train"
            credit = (row["licence"], row["copyright"])
            writer.writerow((row["file"], family, weight, part, *credit))
    write_toml(
        folder,
        licence="OFL-1.1 AND OFL-1.0 AND Apache-2.0",
        credit="The authors of 171 font families, each named in fonts.csv",
        origin="https://fontsource.org",
        parts=("train", "validation"),
    )


PACKS: dict[str, Callable[[Path, Path], None]] = {
    make.__name__: make
    for make in (
        swiss_numbers,
        bhmsds,
        mdas_symbols,
        handwritten_js,
        omniglot_small,
        quickdraw_small,
        handwriting_fonts,
        testaments_pages,
        lectaurep_digit_strings,
    )
}


if __name__ == "__main__":
    main()
