"""Which requests are accepted: by host name, by origin, and by key if there is one."""

import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from inkten.server.problems import Kind, Problem
from inkten.server.service import service_of
from inkten.server.settings import is_address

bearer = HTTPBearer(
    auto_error=False, description="The key that the service was started with."
)


def check_host(header: str | None, allowed: tuple[str, ...]) -> None:
    """Accept ``localhost``, IP addresses and the allowed names in the header Host.

    This stops DNS rebinding: another site points its own name at this machine, so that
    a browser treats the service as part of that site.

    Raises:
        Problem: the header has another name.
    """
    if header is None or "*" in allowed:  # browsers always send one
        return
    name = _host_name(header)
    if name == "localhost" or name in allowed or is_address(name):
        return
    raise Problem(
        Kind.UNKNOWN_HOST,
        "The request is for a host name that this service does not know. Start the "
        "service with that name among its allowed hosts if it is yours.",
    )


def check_origin(request: Request) -> None:
    """Accept a request unless the page of another site sends it.

    CORS hides the answer from such a page, but a browser sends a form before it asks.
    Programs send no origin; browsers send one with each form.

    Raises:
        Problem: another site's page sends it, and that site is not allowed.
    """
    origin = request.headers.get("origin")
    allowed = service_of(request).settings.allow_origins
    if origin is None or origin in allowed or "*" in allowed:
        return
    site = request.headers.get("sec-fetch-site")  # sent to HTTPS and local addresses
    same = urlsplit(origin).netloc == request.headers.get("host")
    if not (same if site is None else site == "same-origin"):
        raise Problem(
            Kind.OTHER_SITE,
            "A page of another site sent this. Start the service with that site among "
            "its allowed origins if it may.",
        )


def require_key(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> None:
    """Accept a request with the key as a bearer token (RFC 6750).

    Raises:
        Problem: the key is missing or wrong.
    """
    key = service_of(request).settings.key or ""
    sent = "" if credentials is None else credentials.credentials
    # Takes the same time however much of the key is right, so timing reveals nothing.
    if not hmac.compare_digest(sent.encode(), key.encode()):
        raise Problem(
            Kind.KEY_NEEDED,
            f"{'No key' if credentials is None else 'A wrong key'} was sent; expected "
            "the header 'Authorization: Bearer KEY'.",
            {"WWW-Authenticate": "Bearer"},
        )


def _host_name(header: str) -> str:
    if header.startswith("["):  # an IPv6 address, maybe with a port
        return header[1:].partition("]")[0]
    return header.partition(":")[0].lower()
