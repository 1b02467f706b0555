"""What an evaluation measures, and what it takes to repeat it."""

import platform
from enum import StrEnum

from inkten.models.registry import (
    DEFAULT,
    DETECTOR,
    LINE,
    SIGN_VERIFIER,
    VERIFIER,
    sha256_of,
    shipped_models,
)
from inkten.options import ReadOptions
from inkten.versions import command, versions


class Method(StrEnum):
    """What reads the pictures, as the report names it."""

    READER = "end to end"
    CLASSIFIER = "the classifier alone"
    PLAIN_RECIPE = "the plain recipe"


def how_measured(
    model: str, data: str, method: Method, options: ReadOptions
) -> dict[str, str]:
    """The command, the data, the models and the versions: what repeats a measurement.

    Args:
        model: the name of a shipped classifier, or a file.
        data: what the pictures come from, as the command names it.
        method: what read them.
        options: how they were read.
    """
    single = ", one digit per picture" if options.single else ""
    signs = ", with signs" if options.signs else ""
    rotated = "" if options.rotate == "auto" else f", turned by {options.rotate}"
    details = {
        "command": command(),
        "data": data,
        "measured": f"{method}{single}{signs}{rotated}",
        "model": f"{model}, SHA-256 {sha256_of(model)}",
    }
    if method is Method.READER:
        details["detector"] = f"{DETECTOR}, SHA-256 {sha256_of(DETECTOR)}"
        if model == DEFAULT and LINE in shipped_models():
            details["line reader"] = f"{LINE}, SHA-256 {sha256_of(LINE)}"
            details["verifier"] = f"{VERIFIER}, SHA-256 {sha256_of(VERIFIER)}"
            signs = f"{SIGN_VERIFIER}, SHA-256 {sha256_of(SIGN_VERIFIER)}"
            details["verifier of signs"] = signs
    installed = (f"{package} {version}" for package, version in versions().items())
    details["versions"] = ", ".join(installed)
    return details | {"machine": platform.platform()}
