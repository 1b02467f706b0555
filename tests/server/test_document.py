"""The service follows its OpenAPI document, also for requests generated from it."""

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS

from inkten.server.app import create_app
from inkten.server.settings import Settings

# A generated body has the right type, but is no picture: refusing it is right.
OTHERS = {"positive_data_acceptance"}
document = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(Settings(key="k", allow_hosts=("testserver",)))
)
checks = [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name not in OTHERS]


@document.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_generated_requests_are_answered_as_documented(case):
    case.call_and_validate(headers={"Authorization": "Bearer k"}, checks=checks)
