"""Who may ask: pages of this site, and whoever shows the key where there is one."""

import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from inkten.server.problems import Kind, Problem
from inkten.server.service import service_of

bearer = HTTPBearer(
    auto_error=False, description="The key that the service was started with."
)


def refuse_other_sites(request: Request) -> None:
    """Let a request pass, unless the page of another site sends it.

    CORS keeps such a page from the answer, but a form is sent before it is asked about.
    Programs tell no origin; browsers tell one with each form.

    Raises:
        Problem: another site's page asks, and it is not among the allowed ones.
    """
    origin = request.headers.get("origin")
    allowed = service_of(request).settings.allow_origins
    if origin is None or origin in allowed or "*" in allowed:
        return
    site = request.headers.get("sec-fetch-site")  # where the address is one of HTTPS
    same = urlsplit(origin).netloc == request.headers.get("host")
    if not (same if site is None else site == "same-origin"):
        raise Problem(
            Kind.OTHER_SITE,
            "The page of another site asks. Start the service with its address in "
            "--allow-origin if it may.",
        )


def require_key(
    request: Request,
    shown: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> None:
    """Let a request pass that shows the key, as a bearer (RFC 6750).

    Raises:
        Problem: it shows none, or another.
    """
    key = service_of(request).settings.key or ""
    told = "" if shown is None else shown.credentials
    # Takes as long for a nearly right key as for a wrong one: it cannot be felt for.
    if not hmac.compare_digest(told.encode(), key.encode()):
        raise Problem(
            Kind.KEY_NEEDED,
            f"{'No key' if shown is None else 'Another key'} was shown; expected the "
            "header 'Authorization: Bearer KEY'.",
            {"WWW-Authenticate": "Bearer"},
        )
