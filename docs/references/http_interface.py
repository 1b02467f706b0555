"""The page on the HTTP API, from its OpenAPI document."""

import tempfile
from typing import Any

import markdown

from inkten.server.app import create_app
from inkten.server.settings import Settings

Schema = dict[str, Any]
INTRODUCTION = (
    "The HTTP API of `inkten serve`; [the page on the service](serve.md) says how to "
    "run it. `POST /v1/corrections` exists only with `--collect`, and "
    "`POST /v1/learn` only with `--teach`. With `--key`, "
    "requests for pictures and metrics need `Authorization: Bearer KEY`."
)


def page() -> str:
    """Every path, and every object that a response may hold."""
    document = _document()
    paths = [
        _operation(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = [
        _object(name, schema)
        for name, schema in sorted(document["components"]["schemas"].items())
    ]
    return markdown.page(
        "The HTTP API", INTRODUCTION, *paths, "## Response objects", *schemas
    )


def _document() -> Schema:
    with tempfile.TemporaryDirectory() as folder:
        return create_app(Settings(collect=folder, teach=True)).openapi()


def _operation(path: str, method: str, operation: Schema) -> str:
    blocks = [f"## {method.upper()} {path}", operation.get("description", "")]
    parameters = operation.get("parameters", [])
    if parameters:
        rows = [
            (
                markdown.code(parameter["name"]),
                _type(parameter["schema"]),
                parameter.get("description", ""),
                _default(parameter["schema"]),
            )
            for parameter in parameters
        ]
        blocks.append(markdown.table(("query", "type", "", "default"), rows))
    if "requestBody" in operation:
        bodies = operation["requestBody"]["content"].items()
        rows = [
            (markdown.code(media_type), _body(body["schema"]))
            for media_type, body in bodies
        ]
        blocks.append(markdown.table(("body", ""), rows))
    rows = [
        (status, response["description"], _content(response))
        for status, response in sorted(operation["responses"].items())
        if status != "default"
    ]
    blocks.append(markdown.table(("status", "", "response"), rows))
    return "\n\n".join(filter(None, blocks))


def _body(schema: Schema) -> str:
    if "properties" not in schema:
        return "the picture"
    return "; ".join(
        f"`{name}`: {_type(field)}. {field.get('description', '')}".rstrip(". ")
        for name, field in schema["properties"].items()
    )


def _content(response: Schema) -> str:
    return "; ".join(
        f"{_type(body['schema'])} (`{media_type}`)"
        for media_type, body in response.get("content", {}).items()
    )


def _object(title: str, schema: Schema) -> str:
    required = schema.get("required", [])
    rows = [
        (
            markdown.code(name),
            _type(field) + ("" if name in required else ", optional"),
            field.get("description", ""),
        )
        for name, field in schema.get("properties", {}).items()
    ]
    description = schema.get("description", "").replace("``", "`")
    return "\n\n".join(
        [f"### {title}", description, markdown.table(("field", "type", ""), rows)]
    )


def _type(schema: Schema) -> str:
    """A type in words, with links to the objects of this page."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(map(markdown.code, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("format") == "binary":
        return "file"
    low, high = schema.get("minimum"), schema.get("maximum")
    bounds = "" if low is None or high is None else f", {low:g} to {high:g}"
    return f"{schema.get('type', 'anything')}{bounds}"


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return "" if default is None else markdown.code(str(default).lower())
