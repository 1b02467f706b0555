"""``--model``: a shipped model's name, an ONNX file, or a Keras file."""

from typing import TYPE_CHECKING

from inkten.models.session import Classifier

if TYPE_CHECKING:
    from inkten.reader import Classify


def load_model(model: str | None) -> "Classify":
    """Return the classifier that was asked for, the shipped default if none was.

    Raises:
        ModelError: the file is missing, damaged or of another form.
        MissingExtra: a .keras file where Keras is not installed.
    """
    if model is not None and model.endswith(".keras"):
        from inkten.training.classify import load_keras

        return load_keras(model)
    return Classifier(model) if model else Classifier()
