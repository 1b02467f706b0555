"""The files of a release agree with each other."""

import re
from pathlib import Path

import inkten

ROOT = Path(__file__).parents[1]


def text_of(name):
    return (ROOT / name).read_text("utf-8")


def test_the_citation_has_the_version_of_the_package():
    assert f"\nversion: {inkten.__version__}\n" in text_of("CITATION.cff")


def test_the_changelog_starts_with_unreleased_or_this_version():
    headings = re.findall(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] in ("Unreleased", inkten.__version__)


def test_files_and_options_named_in_security_md_exist():
    security = text_of("SECURITY.md")
    for path in re.findall(r"benchmarks/\w+\.py|Dockerfile", security):
        assert (ROOT / path).is_file(), path
    reference = text_of("docs/reference_shell.md")
    for option in set(re.findall(r"--[a-z-]+", security)) - {"--version"}:
        assert f"`{option}" in reference, option
