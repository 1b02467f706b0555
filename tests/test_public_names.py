import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import inkten

HEAVY = (
    *("keras", "tensorflow", "torch", "jax", "matplotlib", "typer", "rich"),
    *("cv2", "onnxruntime", "numpy", "PIL", "fastapi", "uvicorn", "pydantic"),
    *("pyarrow", "fsspec", "ray"),
)
LONGEST_IMPORT = 0.15  # seconds of a processor, however busy the machine is
FROZEN = Path(__file__).parent / "public_names.txt"


def test_all_lists_every_public_name():
    for name in inkten.__all__:
        getattr(inkten, name)  # fetched from its room, it stays
    public = {
        name
        for name, value in vars(inkten).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert public - {"TYPE_CHECKING", "Any", "import_module"} == set(inkten.__all__)
    assert inkten.__all__ == sorted(inkten.__all__)
    assert set(inkten.__all__) <= set(dir(inkten))


def test_public_names_and_parameters_are_frozen():
    """To change public_names.txt is to change the promise: say so in CHANGELOG.md."""
    assert "\n".join(surface()) + "\n" == FROZEN.read_text("utf-8")


def surface():
    """Each public name with its parameters, and each public member of a class."""
    for name in inkten.__all__:
        named = getattr(inkten, name)
        if isinstance(named, type) and issubclass(named, Exception):
            yield f"{name}({named.__base__.__name__})"
            continue
        yield f"{name}{parameters(named)}"
        members = vars(named) if isinstance(named, type) else ()
        for member in sorted(members):
            value = getattr(named, member)
            if not member.startswith("_"):
                yield f"{name}.{member}{parameters(value) if callable(value) else ''}"


def parameters(function):
    """Names, kinds and defaults; types are mypy's business."""
    signature = inspect.signature(function)
    bare = [
        each.replace(annotation=each.empty) for each in signature.parameters.values()
    ]
    plain = signature.replace(parameters=bare, return_annotation=signature.empty)
    return str(plain)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'raed'"):
        _ = inkten.raed


def test_every_error_is_an_inkten_error():
    errors = [getattr(inkten, name) for name in inkten.__all__]
    errors = [e for e in errors if isinstance(e, type) and issubclass(e, Exception)]
    assert len(errors) >= 7
    assert all(issubclass(error, inkten.InktenError) for error in errors)


def test_importing_inkten_is_instant_and_loads_nothing_heavy():
    script = (
        "import sys, time; start = time.process_time(); import inkten;"
        "print(time.process_time() - start);"
        f"print(*(name for name in {HEAVY} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    took, loaded = done.stdout.split("\n")[:2]
    assert loaded == ""
    assert float(took) < LONGEST_IMPORT
