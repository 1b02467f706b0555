"""Who may send requests: the key, other sites' pages, host names."""

import pytest

from inkten.server.settings import Settings


def test_requests_without_the_key_are_refused(check_problem, client_of, seven):
    client = client_of(key="s\u00e9same")
    for headers in (
        {},
        {"Authorization": "Bearer other"},
        {"Authorization": "Basic x"},
    ):
        answer = client.post("/v1/read", content=seven, headers=headers)
        check_problem(answer, 401, "key-needed")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert client.get("/metrics", headers=headers).status_code == 401


def test_requests_with_the_key_are_answered(client_of, seven):
    client = client_of(key="sesame")
    key = {"Authorization": "Bearer sesame"}
    assert client.post("/v1/read", content=seven, headers=key).json()["value"] == 7
    assert client.get("/metrics", headers=key).status_code == 200
    for path in ("/", "/docs", "/openapi.json", "/health/live", "/health/ready"):
        assert client.get(path).status_code == 200


def test_other_sites_may_send_requests_only_if_allowed(client, client_of):
    origin = {"Origin": "https://friend.example"}
    assert "access-control-allow-origin" not in client.get("/", headers=origin).headers
    allowed = client_of(allow_origins=("https://friend.example",))
    headers = allowed.get("/", headers=origin).headers
    assert headers["access-control-allow-origin"] == "https://friend.example"


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://other.example", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://friend.example", "Sec-Fetch-Site": "cross-site"}, True),
        ({"Origin": "https://other.example", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://a.testserver", "Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://other.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_a_form_from_the_page_of_another_site_is_refused(
    check_problem, client_of, seven, headers, passes
):
    client = client_of(allow_origins=("https://friend.example",))
    answer = client.post("/v1/read", files={"file": seven}, headers=headers)
    if passes:
        assert answer.json()["value"] == 7
    else:
        assert "allowed origins" in check_problem(answer, 403, "other-site")


def test_names_that_are_not_allowed_are_refused(client_of, check_problem, seven):
    """As in DNS rebinding: evil.example resolves to 127.0.0.1."""
    client = client_of()
    for path in ("/", "/health/live", "/page/app.js", "/openapi.json", "/nothing"):
        answer = client.get(path, headers={"Host": "evil.example:8000"})
        assert "allowed hosts" in check_problem(answer, 421, "unknown-host")
    answer = client.post("/v1/read", content=seven, headers={"Host": "localhost.evil"})
    check_problem(answer, 421, "unknown-host")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost:8000", "127.0.0.1:8000", "[::1]:8000", "10.0.0.7"],
)
def test_localhost_and_addresses_are_always_allowed(client_of, host):
    client = client_of(allow_hosts=())
    assert client.get("/health/live", headers={"Host": host}).status_code == 200


def test_other_names_can_be_allowed(client_of):
    client = client_of(allow_hosts=("digits.example",))
    for host, status in (("Digits.example:80", 200), ("other.example", 421)):
        assert client.get("/", headers={"Host": host}).status_code == status
    any_name = client_of(allow_hosts=("*",))
    assert any_name.get("/", headers={"Host": "other.example"}).status_code == 200


@pytest.mark.parametrize("path", ["/health/live/", "/page", "/v1/read/"])
def test_no_answer_redirects(client, path):
    answer = client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


@pytest.mark.parametrize("key", ["", "  ", "\n"])
def test_a_blank_key_is_refused(key):
    with pytest.raises(ValueError, match="blank"):
        Settings(key=key)
