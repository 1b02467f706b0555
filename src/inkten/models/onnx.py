"""ONNX Runtime, imported in this one place: sessions, and checks of shapes.

Since 1.32 it sends telemetry and stores a device id in the user's cache folder, unless
an environment variable forbids it before the import.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

from onnxruntime import InferenceSession, NodeArg, RunOptions, SessionOptions

from inkten.errors import ModelError
from inkten.models.card import Card

FATAL_ONLY = 4  # log severity: errors are raised, too; warnings concern its optimizer
MISSING_WEIGHTS = "External data path does not exist"  # of weights beside the file
WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path"
LARGE = 4_000_000  # values of an input: what such a run allocates is freed after it
FREE_AFTERWARDS = ("memory.enable_memory_arena_shrinkage", "cpu:0")
Session: TypeAlias = InferenceSession
Shape = Sequence[int | str]  # a named axis may have any length


def open_session(
    content: bytes, name: str, threads: int | None, folder: Path | None = None
) -> Session:
    """Open an inference session for a model.

    Args:
        content: the bytes of an ONNX file.
        name: what messages call it.
        threads: processor threads for one call; all cores if None.
        folder: where the file's weights are, if they are stored beside it.

    Raises:
        ModelError: damaged, or not an ONNX model.
    """
    options = SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.log_severity_level = FATAL_ONLY
    # Waiting threads must sleep: a classifier's calls are short and far between.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if folder is not None:
        options.add_session_config_entry(WEIGHTS_FOLDER, str(folder.absolute()))
    try:
        # With fallback on, ONNX Runtime would print about it on stdout.
        return InferenceSession(
            content, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
    except Exception as error:  # ONNX Runtime has no common class of errors
        reason = _first_line(error)
        if MISSING_WEIGHTS in reason:
            path = reason.rpartition(MISSING_WEIGHTS)[2].strip(': ".')
            raise ModelError(
                f"keeps its weights in {Path(path).name}, which is missing. Put that "
                "file beside it, under this name",
                name=name,
            ) from None
        raise ModelError(
            f"{name} is not an ONNX model that can be run ({reason}). Train one with "
            "'inkten train'."
        ) from None


def run(session: Session, name: str, inputs: dict[str, Any], fix: str) -> Any:
    """Run a model of one output and return that.

    Args:
        session: the model.
        name: what messages call it.
        inputs: arrays by the names of the inputs.
        fix: what to do where it fails.

    Raises:
        ModelError: the model fails; its file declares what it does not keep.
        MemoryError: there is too little memory, which is not the model's fault.
    """
    try:
        (output,) = session.run(None, inputs, *_options(inputs))
    except Exception as error:  # ONNX Runtime has no common class of errors
        reason = _first_line(error)
        if "alloc" in reason.lower():
            raise MemoryError(reason) from None
        raise ModelError(f"{name} cannot be run ({reason}). {fix}") from None
    return output


def _options(inputs: dict[str, Any]) -> list[RunOptions]:
    """How to run; else a session keeps as much memory as its largest run took."""
    if sum(array.size for array in inputs.values()) < LARGE:
        return []
    options = RunOptions()
    options.add_run_config_entry(*FREE_AFTERWARDS)
    return [options]


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def card_of(session: Session) -> Card:
    """The card that is written in a model's file.

    Raises:
        ModelError: the file has no card.
    """
    return Card.from_metadata(session.get_modelmeta().custom_metadata_map)


def checked_input(
    session: Session,
    name: str,
    *,
    takes: Shape,
    gives: Shape,
    fix: str,
) -> str:
    """Check what a model takes and gives; return the name of its input.

    Args:
        session: the model: one input and one output, both float32.
        name: what messages call it.
        takes: the shape of the input.
        gives: the shape of the output; a named axis may have any length.
        fix: the end of the error message: what to do.

    Raises:
        ModelError: the inputs or outputs differ.
    """
    inputs, outputs = session.get_inputs(), session.get_outputs()
    fits = len(inputs) == len(outputs) == 1
    fits = fits and inputs[0].type == outputs[0].type == "tensor(float)"
    fits = fits and _is_free(inputs[0].shape, takes) and _fits(inputs[0].shape, takes)
    if not (fits and _fits(outputs[0].shape, gives)):
        raise ModelError(
            f"{name} takes {_form(inputs)} and gives {_form(outputs)}; inkten needs "
            f"{_in_words(takes)} float and {_in_words(gives)} float. {fix}"
        )
    return str(inputs[0].name)


def _fits(shape: Shape, wanted: Shape) -> bool:
    return len(shape) == len(wanted) and all(
        isinstance(want, str) or side == want
        for side, want in zip(shape, wanted, strict=True)
    )


def _is_free(shape: Shape, wanted: Shape) -> bool:
    """Whether every axis that must accept any length does."""
    return len(shape) == len(wanted) and not any(
        isinstance(want, str) and isinstance(side, int)
        for side, want in zip(shape, wanted, strict=True)
    )


def _form(nodes: Sequence[NodeArg]) -> str:
    """What a model takes or gives: "(N, 28, 28) float"."""
    return " and ".join(f"{_in_words(node.shape)} {node.type[7:-1]}" for node in nodes)


def _in_words(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))})"
