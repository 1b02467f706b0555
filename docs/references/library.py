"""The page on ``import inkten``, from its signatures and docstrings."""

import ast
import inspect
import re
import textwrap
from typing import Any

import markdown

import inkten

GROUPS = {
    "Reading": ("read", "Reader"),
    "Answers": ("Reading", "Number", "Digit", "Box"),
    "Limits": ("Limits",),
    "Errors": (
        *("InktenError", "PictureError", "PictureTooLarge", "ModelError"),
        *("DataError", "RunError", "MissingExtra"),
    ),
}
LINE = 84  # characters: more are not shown without scrolling
SECTION = re.compile(r"^(Args|Returns|Raises|Attributes):\n((?:    .*\n?|\n)*)", re.M)
ENTRY = re.compile(r"^(\S[^:]*): ", re.M)
EXAMPLE = re.compile(r"^>>> (?:.+\n?)+", re.M)


def page() -> str:
    """Every public name, in groups.

    Raises:
        ValueError: a public name is in no group, or a name of a group is not public.
    """
    named = {name for names in GROUPS.values() for name in names}
    if named != set(inkten.__all__):
        raise ValueError(f"not in both: {sorted(named ^ set(inkten.__all__))}")
    blocks = []
    for group, names in GROUPS.items():
        blocks.append(f"## {group}")
        if group == "Errors":
            blocks.append(f"```text\n{inspect.getdoc(inkten.errors)}\n```")
        for name in names:
            blocks += _entry(getattr(inkten, name))
    return markdown.page("import inkten", *blocks)


def _entry(named: Any) -> list[str]:
    node = _tree(named)
    if isinstance(node, ast.FunctionDef):
        return [f"### {node.name}", _signature(node, f"inkten.{node.name}"), _doc(node)]
    blocks = [f"### {node.name}", _doc(node), _construction(node, named)]
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
            blocks += _member(member, node.name)
    return blocks


def _tree(named: Any) -> ast.ClassDef | ast.FunctionDef:
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(named))).body
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    return node


def _construction(node: ast.ClassDef, named: type) -> str:
    """How an object is made, or what an error derives from."""
    if issubclass(named, Exception):
        return f"*A kind of `{named.__base__.__name__}`.*" if named.__base__ else ""
    fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
    if fields:  # a dataclass
        shown = ",\n    ".join(map(_field, fields))
        return f"```python\ninkten.{node.name}(\n    {shown},\n)\n```"
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            return f"{_signature(member, f'inkten.{node.name}')}\n\n{_doc(member)}"
    return ""


def _field(field: ast.AnnAssign) -> str:
    """A field of a dataclass, without what only the dataclass needs to know."""
    shown = f"{ast.unparse(field.target)}: {ast.unparse(field.annotation)}"
    if field.value is None or isinstance(field.value, ast.Call):
        return shown
    return f"{shown} = {ast.unparse(field.value)}"


def _member(node: ast.FunctionDef, owner: str) -> list[str]:
    decorators = [ast.unparse(each) for each in node.decorator_list]
    if "property" in decorators:
        gives = _bare(node.returns) if node.returns else "None"
        return [f"#### {owner}.{node.name}", f"`{gives}`: {_doc(node)}"]
    return [f"#### {owner}.{node.name}()", _signature(node, node.name), _doc(node)]


def _signature(node: ast.FunctionDef, name: str) -> str:
    gives = f" -> {_bare(node.returns)}" if node.returns else ""
    if node.name == "__init__":
        gives = ""
    parameters = _parameters(node.args)
    line = f"{name}({', '.join(parameters)}){gives}"
    if len(line) > LINE:
        inside = ",\n    ".join(parameters)
        line = f"{name}(\n    {inside},\n){gives}"
    return f"```python\n{line}\n```"


def _parameters(arguments: ast.arguments) -> list[str]:
    """Each parameter as it is written in the code, without ``self``."""
    positional = arguments.args
    missing = [None] * (len(positional) - len(arguments.defaults))
    shown = [
        _parameter(*pair)
        for pair in zip(positional, [*missing, *arguments.defaults], strict=True)
        if pair[0].arg not in ("self", "cls")
    ]
    if arguments.kwonlyargs:
        pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        shown += ["*", *(_parameter(*pair) for pair in pairs)]
    return shown


def _parameter(parameter: ast.arg, default: ast.expr | None) -> str:
    shown = parameter.arg
    if parameter.annotation:
        shown += f": {_bare(parameter.annotation)}"
    return shown if default is None else f"{shown} = {ast.unparse(default)}"


def _bare(annotation: ast.expr) -> str:
    """A type as it is meant: one that is not yet defined stands in quotes."""
    return ast.unparse(annotation).replace("'", "")


def _doc(node: ast.FunctionDef | ast.ClassDef) -> str:
    """A docstring of Google's style as Markdown."""
    text = ast.get_docstring(node) or ""
    text = text.replace("``", "`")
    text = EXAMPLE.sub(lambda found: f"```pycon\n{found[0].rstrip()}\n```", text)
    return SECTION.sub(_section, text).strip()


def _section(found: re.Match[str]) -> str:
    """A section's entries as a list."""
    entries: list[str] = []
    for line in textwrap.dedent(found[2]).strip().splitlines():
        if entries and line.startswith("    "):
            entries[-1] += f" {line.strip()}"
        elif line:
            entries.append(line)
    items = "\n".join("- " + ENTRY.sub(r"`\1`: ", entry) for entry in entries)
    return f"**{found[1]}**\n\n{items}\n\n"
