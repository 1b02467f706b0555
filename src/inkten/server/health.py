"""``/health`` and ``/metrics``: the state of the service."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from inkten.server.metrics import MEDIA_TYPE
from inkten.server.service import service_of

health = APIRouter()
metrics = APIRouter()


class Health(BaseModel):
    """The state of the service."""

    status: str


@health.get(
    "/health/live",
    summary="Is the process alive?",
    response_description="The process answers.",
)
async def live() -> Health:
    """Answers while the process works; if it does not answer, restart it."""
    return Health(status="alive")


@health.get(
    "/health/ready",
    summary="Is the service ready?",
    response_description="Pictures may be sent.",
    responses={
        503: {
            "model": Health,
            "description": "The service is starting, stopping or stuck.",
        }
    },
)
async def ready(request: Request, response: Response) -> Health:
    """Answers 200 while pictures can be read.

    Answers 503 while the service starts or stops, or every thread reads a picture
    whose time limit has passed.
    """
    if service_of(request).ready:
        return Health(status="ready")
    response.status_code = 503
    return Health(status="not ready")


@metrics.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    response_description="In Prometheus' text format.",
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def read_metrics(request: Request) -> Response:
    """Requests, latency, pictures, digits, unsure digits, requests in flight."""
    return Response(service_of(request).metrics.text(), media_type=MEDIA_TYPE)
