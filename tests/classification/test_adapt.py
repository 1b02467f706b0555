"""Models of someone else: what they take and give is found out, or can be said."""

import pickle
from itertools import product

import numpy as np
import pytest

from inkten import ModelError, ModelForm, Reader
from inkten.classification.adapt import AdaptedClassifier, find_form, trial_digits
from inkten.classification.classifier import Classifier
from inkten.classification.form import CHOICES
from inkten.classification.loading import load_classifier
from inkten.datasets import mnist

FORMS = [ModelForm(*choice) for choice in product(*CHOICES.values())]


def accuracy(classifier, pictures):
    tiles, labels = pictures
    return (classifier(tiles).argmax(axis=1) == labels).mean()


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_the_form_of_an_onnx_file_is_found(tmp_path, linear, pictures, form):
    classifier = load_classifier(linear.save(tmp_path / "theirs.onnx", form))
    assert classifier.form == form
    assert accuracy(classifier, pictures) > 0.8
    assert classifier.accuracy > 0.8
    assert str(form) in classifier.assumption


def test_a_model_that_is_right_on_few_digits_as_given_and_most_inverted_is_told_apart(
    tmp_path, linear, pictures
):
    dark = ModelForm(ink="dark")
    path = linear.save(tmp_path / "dark.onnx", dark)
    assert accuracy(load_classifier(path, form=ModelForm()), pictures) < 0.4
    assert accuracy(load_classifier(path), pictures) > 0.8


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (1, 28, 28), (784,)], ids=str)
@pytest.mark.parametrize("batch", ["N", 1, 7])
def test_pictures_of_every_shape_and_batches_of_every_size_are_given(
    tmp_path, linear, pictures, shape, batch
):
    path = linear.save(tmp_path / "theirs.onnx", ModelForm(), shape, batch=batch)
    assert accuracy(load_classifier(path), pictures) > 0.8
    assert load_classifier(path)(pictures[0][:0]).shape == (0, 10)


def test_a_model_of_bytes_gets_bytes(tmp_path, linear, pictures):
    form = ModelForm(pixels="0..255", ink="dark")
    path = linear.save(tmp_path / "bytes.onnx", form, kind="uint8")
    classifier = load_classifier(path)
    assert classifier.form == form
    assert accuracy(classifier, pictures) > 0.8


@pytest.mark.parametrize("scores", CHOICES["scores"])
def test_an_eleventh_score_is_that_of_no_digit(tmp_path, linear, pictures, scores):
    form = ModelForm(scores=scores)
    classifier = load_classifier(linear.save(tmp_path / "a.onnx", form, classes=11))
    assert classifier.rejects
    probabilities = classifier(pictures[0])
    assert probabilities.shape == (500, 10)
    assert (probabilities.sum(axis=1) < 1).all()


def test_sigmoids_and_logits_become_the_same_probabilities(tmp_path, linear, pictures):
    tiles, _ = pictures
    by_scores = [
        load_classifier(
            linear.save(tmp_path / f"{scores}.onnx", ModelForm(scores=scores))
        )
        for scores in CHOICES["scores"]
    ]
    expected, *others = [classifier(tiles) for classifier in by_scores]
    for probabilities in others:
        assert np.allclose(probabilities, expected, atol=1e-4)


def test_the_example_of_pytorch_is_read_as_it_is(tmp_path, linear, pictures):
    """It takes pixels less MNIST's mean, and gives log_softmax: log probabilities."""
    onnx = pytest.importorskip("onnx")
    form = ModelForm(pixels="normalized", scores="probabilities")
    path = linear.save(tmp_path / "theirs.onnx", form, (1, 28, 28))
    model = onnx.load(path)
    model.graph.node[-1].op_type = "LogSoftmax"
    onnx.save(model, tmp_path / "example.onnx")
    classifier = load_classifier(tmp_path / "example.onnx")
    assert classifier.form == ModelForm(pixels="normalized", scores="logits")
    expected = load_classifier(path)(pictures[0])
    assert np.allclose(classifier(pictures[0]), expected, atol=1e-5)


def test_weights_that_were_left_behind_are_named(tmp_path, linear):
    onnx = pytest.importorskip("onnx")
    model = onnx.load(linear.save(tmp_path / "theirs.onnx", ModelForm()))
    onnx.save(
        model,
        tmp_path / "theirs.onnx",
        save_as_external_data=True,
        location="theirs.onnx.data",
    )
    assert load_classifier(tmp_path / "theirs.onnx").form == ModelForm()
    (tmp_path / "theirs.onnx.data").unlink()
    with pytest.raises(ModelError, match=r"weights in theirs\.onnx\.data"):
        load_classifier(tmp_path / "theirs.onnx")


def test_a_given_form_is_used_untried(tmp_path, linear):
    path = linear.save(tmp_path / "dark.onnx", ModelForm(ink="dark"))
    form = ModelForm(ink="light", scores="probabilities")
    reader = Reader(model=path, model_form=form)
    assert (reader.classifier.form, reader.classifier.accuracy) == (form, None)
    assert reader.classifier.assumption == ""


def test_a_model_that_knows_no_digits_is_used_as_it_is_and_says_so(tmp_path, linear):
    shuffled = type(linear)(linear.weights[::-1, [1, 0, *range(2, 10)]], linear.bias)
    classifier = load_classifier(shuffled.save(tmp_path / "bad.onnx", ModelForm()))
    assert classifier.form == ModelForm()
    assert "however it is given them" in classifier.assumption


def test_a_copy_of_a_reader_keeps_the_form_without_another_trial(
    tmp_path, linear, write
):
    path = linear.save(tmp_path / "dark.onnx", ModelForm(ink="dark"))
    reader = Reader(model=path)
    copy = pickle.loads(pickle.dumps(reader))
    assert copy.classifier.form == reader.classifier.form
    assert copy.read(write("42").gray).text == reader.read(write("42").gray).text


def test_files_with_a_card_are_inktens_own(tmp_path):
    from inkten.models.registry import HERE

    (tmp_path / "mine.onnx").write_bytes((HERE / "mlp.onnx").read_bytes())
    assert isinstance(load_classifier(tmp_path / "mine.onnx"), Classifier)
    assert isinstance(load_classifier("cnn"), Classifier)


@pytest.mark.parametrize(
    ("shape", "classes", "said"),
    [
        ((3, 224, 224), 10, r"takes \(N, 3, 224, 224\)"),
        ((32, 32), 10, r"takes \(N, 32, 32\)"),
        ((28, 28), 26, r"gives \(N, 26\)"),
    ],
)
def test_models_of_other_pictures_or_classes_are_refused(
    tmp_path, linear, shape, classes, said
):
    other = type(linear)(np.zeros((784, classes)), np.zeros(classes))
    other.save(tmp_path / "other.onnx", ModelForm(), shape, classes)
    with pytest.raises(ModelError, match=said) as raised:
        load_classifier(tmp_path / "other.onnx")
    assert "inkten needs pictures of (28, 28)" in str(raised.value)


def test_a_file_of_pytorchs_own_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(ModelError, match="export the model to ONNX"):
        load_classifier(tmp_path / "model.pt")


def test_for_the_folder_of_a_training_its_model_is_named(tmp_path):
    (tmp_path / "model.onnx").touch()
    with pytest.raises(
        ModelError, match=r"folder of a training; expected .*model.onnx"
    ):
        load_classifier(tmp_path)


def test_nan_is_refused(tmp_path, linear):
    broken = type(linear)(linear.weights * np.nan, linear.bias)
    with pytest.raises(ModelError, match="gives NaN"):
        load_classifier(broken.save(tmp_path / "nan.onnx", ModelForm()))


def test_the_trial_digits_are_mnists_and_none_of_them_was_learned_from_or_is_tested():
    tiles, labels = trial_digits()
    part = mnist.load().validation_part
    expected = [part.images[part.labels == digit][:30] for digit in range(10)]
    assert np.array_equal(
        (255 * tiles).round(), np.stack(expected, 1).reshape(300, 28, 28)
    )
    assert labels.tolist() == 30 * list(range(10))


def test_of_two_forms_that_do_as_well_the_usual_one_is_taken():
    tiles, labels = trial_digits()

    class Either:
        """Right whatever the polarity: it looks at nothing but the order."""

        name, takes_bytes = "either", False

        def __call__(self, pictures):
            return 9 * np.eye(10, dtype=np.float32)[labels[: len(pictures)]]

    assert find_form(Either(), tiles, labels).form == ModelForm(scores="logits")
    assert AdaptedClassifier(Either()).form.ink == "light"


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_form_can_be_written_and_read(form):
    assert ModelForm.parse(str(form)) == form


def test_a_part_of_a_form_is_enough_and_an_unknown_part_is_refused():
    assert ModelForm.parse("dark") == ModelForm(ink="dark")
    for wrong in ("purple ink", "0..1, 0..255", ""):
        with pytest.raises(ValueError, match=r"expected one each of light or dark"):
            ModelForm.parse(wrong)
    with pytest.raises(ValueError, match="ink='blue'; expected light or dark"):
        ModelForm(ink="blue")
