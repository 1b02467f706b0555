"""The application: which path leads where."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

from inkten import __version__
from inkten.server import corrections, health, pages, read_route
from inkten.server.auth import refuse_other_sites, require_key
from inkten.server.metrics import leave
from inkten.server.middleware import Watch
from inkten.server.problems import Kind, answer_problems
from inkten.server.schemas import ProblemDetails, problem_responses
from inkten.server.service import Service
from inkten.server.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """Put the service together.

    Args:
        settings: how it is to be; as they ship if None.

    Raises:
        ModelError: the model is missing, damaged or of another form.
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
        responses={"default": {"model": ProblemDetails, "description": "A problem."}},
    )
    app.state.service = service
    guard = [Depends(require_key)] if settings.key else []
    refused = problem_responses(Kind.KEY_NEEDED) if settings.key else {}
    asking: dict[str, Any] = {
        "dependencies": [Depends(refuse_other_sites), *guard],
        "responses": refused | problem_responses(Kind.OTHER_SITE),
    }
    app.include_router(read_route.router, **asking)
    if service.collection is not None:
        app.include_router(corrections.router, **asking)
    app.include_router(health.health)
    app.include_router(health.metrics, dependencies=guard, responses=refused)
    pages.add_pages(app, settings)
    answer_problems(app)
    if settings.allow_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allow_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After"],
        )
    app.add_middleware(Watch, metrics=service.metrics)
    return app


def from_environment() -> FastAPI:
    """Put the service together in a worker process."""
    return create_app(Settings.from_environment())


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    service.pool.open()
    service.ready = True
    yield
    service.ready = False
    service.pool.close()
    leave()
