"""The bearer key (RFC 6750), where one is asked for."""

import hmac
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from inkten.doors.web.problems import Kind, Problem
from inkten.doors.web.service import service_of

bearer = HTTPBearer(
    auto_error=False, description="The key that the service was started with."
)


def require_key(
    request: Request,
    shown: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> None:
    """Let a request pass that shows the key.

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
