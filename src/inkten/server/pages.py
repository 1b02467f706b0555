"""The page, and the page about the interface: files of this package, as they are."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from inkten.server.problems import Kind
from inkten.server.settings import Settings

FOLDER = Path(__file__).with_name("page")
ASK_AGAIN = {"Cache-Control": "no-cache"}  # kept, but a new version is seen at once


class PageFiles(StaticFiles):
    """Scripts, styles and pictures of the pages."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Give one file."""
        response = await super().get_response(path, scope)
        response.headers.update(ASK_AGAIN)
        return response


def add_pages(app: FastAPI, settings: Settings) -> None:
    """Serve the page at ``/`` and the interface's at ``/docs``."""
    html = (FOLDER / "index.html").read_text("utf-8")
    if settings.collect:  # the page then offers to put an answer right
        html = html.replace("<body>", '<body data-collects="yes">', 1)
    documentation = (FOLDER / "docs.html").read_text("utf-8")
    documentation = documentation.replace("<!-- problems -->", _problem_list())

    @app.get("/", include_in_schema=False)
    @app.head("/", include_in_schema=False)
    async def index(_: Request) -> HTMLResponse:
        return HTMLResponse(html, headers=ASK_AGAIN)

    @app.get("/docs", include_in_schema=False)
    @app.head("/docs", include_in_schema=False)
    async def docs(_: Request) -> HTMLResponse:
        return HTMLResponse(documentation, headers=ASK_AGAIN)

    app.mount("/page", PageFiles(directory=FOLDER), name="page")


def _problem_list() -> str:
    """Each kind of problem, where its ``type`` leads."""
    return "".join(
        f'<div id="{kind.anchor}"><dt>{kind.status}</dt><dd>{kind.title}</dd></div>'
        for kind in Kind
    )
