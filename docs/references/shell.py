"""The page on the ``inkten`` command, from its commands and options."""

import inspect
from typing import TypeAlias

import markdown
import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from inkten.cli.main import app

Parameter: TypeAlias = TyperArgument | TyperOption
PLACEHOLDERS = {"int": "NUMBER", "float": "NUMBER", "path": "PATH"}  # by type name


def page() -> str:
    """Every command with its options."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    commands = map(_command, group.commands.values())
    return markdown.page("The command inkten", group.help or "", *commands)


def _command(command: TyperCommand) -> str:
    parameters = [each for each in command.params if not each.hidden]
    arguments = [_metavar(each) for each in parameters if _is_argument(each)]
    usage = " ".join(["inkten", command.name, "[OPTIONS]", *arguments])
    return "\n\n".join(
        [
            f"## inkten {command.name}",
            f"```text\n{usage}\n```",
            inspect.cleandoc(command.help or ""),
            markdown.table(("", "", "default"), map(_row, parameters)),
        ]
    )


def _row(parameter: Parameter) -> tuple[str, str, str]:
    usage = _metavar(parameter)
    if not _is_argument(parameter):
        value = [] if parameter.is_flag else [usage]
        usage = " ".join([", ".join(parameter.opts), *value])
    return markdown.code(usage), parameter.help or "", _default(parameter)


def _is_argument(parameter: Parameter) -> bool:
    return isinstance(parameter, TyperArgument)


def _metavar(parameter: Parameter) -> str:
    """The placeholder for the value: its choices, or its type."""
    if parameter.metavar:
        return parameter.metavar
    choices = getattr(parameter.type, "choices", None)
    if choices:
        return "|".join(map(str, choices))
    if _is_argument(parameter):
        return parameter.name.upper()
    name = parameter.type.name  # such as "integer range"
    return next((word for part, word in PLACEHOLDERS.items() if part in name), "TEXT")


def _default(parameter: Parameter) -> str:
    default = parameter.default
    if parameter.required:
        return "required"
    if default is None or default is False or callable(default):
        return ""
    if isinstance(default, int) and abs(default) >= 10_000:
        return f"{default:,}"
    return str(default)
