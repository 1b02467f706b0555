"""The application: routes, middleware and error handlers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

from inkten import __version__
from inkten.server import (
    corrections,
    explain_route,
    form_route,
    health,
    learn_route,
    pages,
    read_route,
    samples,
    spreadsheet_route,
    table_route,
)
from inkten.server.auth import check_origin, require_key
from inkten.server.metrics import leave
from inkten.server.middleware import RequestMiddleware
from inkten.server.problems import Kind, answer_problems
from inkten.server.schemas import ProblemDetails, problem_responses
from inkten.server.service import Service
from inkten.server.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """Create the application.

    Args:
        settings: the defaults if None.

    Raises:
        ModelError: the model is missing, damaged, or has other inputs or outputs.
        InktenError: the folder for corrections cannot be created.
    """
    settings = settings or Settings()
    service = Service(settings)
    app = FastAPI(
        title="inkten",
        summary="Reads handwritten digits from any picture.",
        version=__version__,
        lifespan=_lifespan,
        docs_url=None,  # the usual pages load their scripts from another host
        redoc_url=None,
        redirect_slashes=False,  # a redirect would repeat the Host that was sent
        responses={"default": {"model": ProblemDetails, "description": "A problem."}},
    )
    app.state.service = service
    key_check = [Depends(require_key)] if settings.key else []
    key_problems = problem_responses(Kind.KEY_NEEDED) if settings.key else {}
    checks: dict[str, Any] = {
        "dependencies": [Depends(check_origin), *key_check],
        "responses": key_problems | problem_responses(Kind.OTHER_SITE),
    }
    app.include_router(read_route.router, **checks)
    app.include_router(table_route.router, **checks)
    app.include_router(spreadsheet_route.router, **checks)
    app.include_router(form_route.router, **checks)
    app.include_router(explain_route.router, **checks)
    if service.collection is not None:
        app.include_router(corrections.router, **checks)
    if settings.teach:
        app.include_router(learn_route.router, **checks)
    app.include_router(health.health)
    app.include_router(health.metrics, dependencies=key_check, responses=key_problems)
    pages.add_pages(app, service)
    samples.add_samples(app)
    answer_problems(app)
    if settings.allow_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allow_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After", "X-Request-ID"],
        )
    app.add_middleware(
        RequestMiddleware, metrics=service.metrics, allow_hosts=settings.allow_hosts
    )
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    service.pool.open()
    service.explaining.open()
    service.running = True
    yield
    service.running = False
    service.pool.close()
    service.explaining.close()
    leave()
