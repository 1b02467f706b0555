"""What goes out with a release says the same everywhere."""

import re
from pathlib import Path

import inkten

ROOT = Path(__file__).parents[1]


def text_of(name):
    return (ROOT / name).read_text("utf-8")


def test_the_citation_names_this_version():
    assert f"\nversion: {inkten.__version__}\n" in text_of("CITATION.cff")


def test_the_changelog_has_a_place_for_what_is_new_or_this_version():
    headings = re.findall(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] in ("Unreleased", inkten.__version__)


def test_what_security_md_names_is_there():
    named = text_of("SECURITY.md")
    for path in re.findall(r"benchmarks/\w+\.py|Dockerfile", named):
        assert (ROOT / path).is_file(), path
    known = text_of("docs/reference_shell.md")
    for option in set(re.findall(r"--[a-z-]+", named)) - {"--version"}:
        assert f"`{option}" in known, option
