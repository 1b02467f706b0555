"""``inkten convert``: a Keras or ONNX model as a file that needs no Keras."""

from pathlib import Path
from typing import Annotated

import typer

from inkten import ModelError
from inkten.cli.options import ModelFormOption, say_assumption
from inkten.cli.targets import refuse_input


def convert(
    model: Annotated[
        Path,
        typer.Argument(metavar="MODEL", help="The model: a .keras, .h5 or .onnx file."),
    ],
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help="The file to write, ending in .onnx; an existing one is replaced.",
        ),
    ],
    model_form: ModelFormOption = None,
) -> None:
    """Convert a model of someone else to an ONNX file in inkten's form.

    Reading then needs no Keras, and every command takes the file as --model.

    Exit status:
    - 0: converted, and the two give the same probabilities
    - 1: the model could not be converted
    - 2: usage error
    """
    refuse_input(out, [model], "OUT")
    if not model.exists():  # said first, as it costs no installation
        raise ModelError("cannot be read: No such file or directory", name=str(model))
    from inkten.training.convert import convert as convert_model

    say_assumption(convert_model(model, out, model_form))
    typer.echo(f"Wrote {out}")
