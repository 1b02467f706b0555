"""``/health`` and ``/metrics``: how the service fares."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from inkten.server.metrics import MEDIA_TYPE
from inkten.server.service import service_of

health = APIRouter()
metrics = APIRouter()


class Health(BaseModel):
    """One word."""

    status: str


@health.get(
    "/health/live",
    summary="Is the process alive?",
    response_description="The process answers.",
)
async def live() -> Health:
    """Answers as long as the process does; if it does not, start it again."""
    return Health(status="alive")


@health.get(
    "/health/ready",
    summary="May pictures be sent?",
    response_description="Pictures may be sent.",
    responses={
        503: {
            "model": Health,
            "description": "The models are being loaded, or it stops.",
        }
    },
)
async def ready(request: Request, response: Response) -> Health:
    """Answers 200 from when the models are loaded until the service is to stop."""
    if service_of(request).ready:
        return Health(status="ready")
    response.status_code = 503
    return Health(status="not ready")


@metrics.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    response_description="In Prometheus' text format.",
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def tell(request: Request) -> Response:
    """Requests, latency, pictures, digits, unsure digits, requests in flight."""
    return Response(service_of(request).metrics.text(), media_type=MEDIA_TYPE)
