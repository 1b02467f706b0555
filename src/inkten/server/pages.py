"""The web page and the page about the API: static files of this package."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from inkten.server.problems import Kind
from inkten.server.service import Service

FOLDER = Path(__file__).with_name("static")
REVALIDATE = {"Cache-Control": "no-cache"}  # cached, but a new version shows at once


class PageFiles(StaticFiles):
    """Scripts, styles and icons of the pages."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return one file."""
        response = await super().get_response(path, scope)
        response.headers.update(REVALIDATE)
        return response


def add_pages(app: FastAPI, service: Service) -> None:
    """Serve the page at ``/`` and the page about the API at ``/docs``."""
    html = _page("index.html", service)
    documentation = _page("docs.html", service)
    documentation = documentation.replace("<!-- problems -->", _problem_list())

    @app.get("/", include_in_schema=False)
    @app.head("/", include_in_schema=False)
    async def index(_: Request) -> HTMLResponse:
        return HTMLResponse(html, headers=REVALIDATE)

    @app.get("/docs", include_in_schema=False)
    @app.head("/docs", include_in_schema=False)
    async def docs(_: Request) -> HTMLResponse:
        return HTMLResponse(documentation, headers=REVALIDATE)

    app.mount("/page", PageFiles(directory=FOLDER), name="page")


def _page(name: str, service: Service) -> str:
    html = (FOLDER / name).read_text("utf-8")
    return html.replace("<body>", _body_tag(service), 1)


def _body_tag(service: Service) -> str:
    """What a page has to know: the limits, if a key is needed, what it may do."""
    settings = service.settings
    data = f'data-max-bytes="{settings.max_bytes}"'
    data += f' data-max-pixels="{settings.max_pixels}"'
    if service.names_signs:
        data += ' data-reads-signs="yes"'
    if settings.collect:
        data += ' data-collects="yes"'
    if settings.teach:
        data += ' data-teaches="yes"'
    if settings.key:
        data += ' data-needs-key="yes"'
    return f"<body {data}>"


def _problem_list() -> str:
    """Each kind of problem, with the anchor that its ``type`` names."""
    return "".join(
        f'<div id="{kind.anchor}"><dt>{kind.status}</dt><dd>{kind.title}</dd></div>'
        for kind in Kind
    )
