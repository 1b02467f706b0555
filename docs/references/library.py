"""The page on ``import inkten``, from signatures and docstrings."""

import ast
import inspect
import re
import textwrap
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

import markdown

import inkten

GROUPS = {
    "Reading": ("read", "Reader"),
    "Results": ("Reading", "Number", "Digit", "Sign", "Box"),
    "Tables": ("Table", "Cell"),
    "Forms": ("Form", "FormReading", "FieldReading"),
    "Look inside": ("explain", "Explanation"),
    "Learning": ("learn", "Learned", "LearningReport", "DoubtfulLabel"),
    "Options": ("ReadOptions", "Limits", "ModelForm"),
    "Errors": (
        *("InktenError", "PictureError", "PictureTooLarge", "ModelError"),
        *("DataError", "RunError", "MissingExtra"),
    ),
}
MAX_LINE = 84  # characters: longer lines have to be scrolled
INNER_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")  # ReadOptions -> read_options
SECTION = re.compile(r"^(Args|Returns|Raises|Attributes):\n((?:    .*\n?|\n)*)", re.M)
ENTRY = re.compile(r"^(\S[^:]*): ", re.M)
EXAMPLE = re.compile(r"^>>> (?:.+\n?)+", re.M)


def page() -> str:
    """Every public name, in groups.

    Raises:
        ValueError: a public name is in no group, or a name in a group is not public.
    """
    grouped = {name for names in GROUPS.values() for name in names}
    if missing := sorted(grouped ^ set(inkten.__all__)):
        raise ValueError(f"missing in GROUPS or in inkten.__all__: {missing}")
    blocks = []
    for group, names in GROUPS.items():
        blocks.append(f"## {group}")
        if group == "Errors":
            blocks.append(f"```text\n{inspect.getdoc(inkten.errors)}\n```")
        for name in names:
            blocks += _entry(getattr(inkten, name))
    return markdown.page("import inkten", *blocks)


def _entry(public: Any) -> list[str]:
    node = _tree(public)
    if isinstance(node, ast.FunctionDef):
        return [f"### {node.name}", _signature(node, f"inkten.{node.name}"), _doc(node)]
    blocks = [f"### {node.name}", _doc(node), _construction(node, public)]
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
            blocks += _member(member, node.name)
    return blocks


def _tree(public: Any) -> ast.ClassDef | ast.FunctionDef:
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(public))).body
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    return node


def _construction(node: ast.ClassDef, public: type) -> str:
    """The call that makes an object, or the base class of an error."""
    if issubclass(public, Exception):
        base = public.__base__
        return f"*Derives from `{base.__name__}`.*" if base else ""
    if is_dataclass(public):
        written = [each for each in node.body if isinstance(each, ast.AnnAssign)]
        pairs = zip(written, fields(public), strict=True)
        lines = ",\n    ".join(_field(*pair) for pair in pairs)
        return f"```python\ninkten.{node.name}(\n    {lines},\n)\n```"
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            return f"{_signature(member, f'inkten.{node.name}')}\n\n{_doc(member)}"
    return ""


def _field(node: ast.AnnAssign, field: Field[Any]) -> str:
    """A field of a dataclass: its type as written, its default as a value."""
    text = f"{field.name}: {ast.unparse(node.annotation)}"
    if field.default_factory is not MISSING:
        return f"{text} = {ast.unparse(node.annotation)}()"
    if field.default is MISSING:
        return text
    is_large = isinstance(field.default, int) and field.default >= 10_000
    return f"{text} = {field.default:_}" if is_large else f"{text} = {field.default!r}"


def _member(node: ast.FunctionDef, owner: str) -> list[str]:
    decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
    title = f"#### {owner}.{node.name}"
    if "property" in decorators:
        type_ = _unquoted(node.returns) if node.returns else "None"
        return [title, f"`{type_}`: {_doc(node)}"]
    on_class = decorators & {"classmethod", "staticmethod"}
    receiver = owner if on_class else INNER_CAPITAL.sub("_", owner).lower()
    signature = _signature(node, f"{receiver}.{node.name}")
    return [f"{title}()", signature, _doc(node)]


def _signature(node: ast.FunctionDef, name: str) -> str:
    returns = f" -> {_unquoted(node.returns)}" if node.returns else ""
    if node.name == "__init__":
        returns = ""
    parameters = _parameters(node.args)
    line = f"{name}({', '.join(parameters)}){returns}"
    if len(line) > MAX_LINE:
        lines = ",\n    ".join(parameters)
        line = f"{name}(\n    {lines},\n){returns}"
    return f"```python\n{line}\n```"


def _parameters(arguments: ast.arguments) -> list[str]:
    """Each parameter as it is written in the code, without ``self``."""
    positional = arguments.args
    missing = [None] * (len(positional) - len(arguments.defaults))
    parameters = [
        _parameter(*pair)
        for pair in zip(positional, [*missing, *arguments.defaults], strict=True)
        if pair[0].arg not in ("self", "cls")
    ]
    if arguments.kwonlyargs:
        pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        parameters += ["*", *(_parameter(*pair) for pair in pairs)]
    if arguments.kwarg:
        parameters.append(f"**{_parameter(arguments.kwarg, None)}")
    return parameters


def _parameter(parameter: ast.arg, default: ast.expr | None) -> str:
    text = parameter.arg
    if parameter.annotation:
        text += f": {_unquoted(parameter.annotation)}"
    return text if default is None else f"{text} = {ast.unparse(default)}"


def _unquoted(annotation: ast.expr) -> str:
    """A type without the quotes around names that are defined further down."""
    return ast.unparse(annotation).replace("'", "")


def _doc(node: ast.FunctionDef | ast.ClassDef) -> str:
    """A Google-style docstring as Markdown."""
    text = ast.get_docstring(node) or ""
    text = text.replace("``", "`")
    text = EXAMPLE.sub(lambda match: f"```pycon\n{match[0].rstrip()}\n```", text)
    return SECTION.sub(_section, text).strip()


def _section(match: re.Match[str]) -> str:
    """A section's entries as a list."""
    entries: list[str] = []
    for line in textwrap.dedent(match[2]).strip().splitlines():
        if entries and line.startswith("    "):
            entries[-1] += f" {line.strip()}"
        elif line:
            entries.append(line)
    items = "\n".join("- " + ENTRY.sub(r"`\1`: ", entry) for entry in entries)
    return f"**{match[1]}**\n\n{items}\n\n"
