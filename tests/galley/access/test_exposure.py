"""What may be served to others than this machine."""

from typing import Any

import pytest

from galley.server.access import AccessError, check_exposure, is_loopback, split_host
from galley.settings import ServiceSettings

TLS = {"certificate": "c.pem", "key": "k.pem"}
TOKEN = {"name": "ci", "env": "X"}


def settings(**given: Any) -> ServiceSettings:
    return ServiceSettings.model_validate(given)


@pytest.mark.parametrize("listen", ["127.0.0.1:8340", "localhost:0", "[::1]:8340", "127.9.9.9:1"])
def test_loopback_needs_nothing(listen: str) -> None:
    check_exposure(settings(listen=listen))


@pytest.mark.parametrize("listen", ["0.0.0.0:8340", "[::]:80", ":8340", "192.0.2.1:1", "host:1"])
def test_anything_else_is_refused(listen: str) -> None:
    with pytest.raises(AccessError, match="tls and tokens are not set"):
        check_exposure(settings(listen=listen))


@pytest.mark.parametrize(
    ("given", "missing"), [({"tls": TLS}, "tokens"), ({"tokens": [TOKEN]}, "tls")]
)
def test_both_are_needed(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(AccessError, match=f"{missing} is not set"):
        check_exposure(settings(listen="0.0.0.0:8340", **given))


@pytest.mark.parametrize("given", [{"tls": TLS, "tokens": [TOKEN]}, {"insecure": True}])
def test_protected_or_explicitly_insecure_is_served(given: dict[str, Any]) -> None:
    check_exposure(settings(listen="0.0.0.0:8340", **given))


@pytest.mark.parametrize(
    ("netloc", "host"),
    [
        ("Example.com:80", "example.com"),
        ("example.com", "example.com"),
        ("example.com.", "example.com"),
        ("[::1]:80", "::1"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        (":80", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(netloc: str, host: str) -> None:
    assert split_host(netloc) == host


@pytest.mark.parametrize("host", ["127.0.0.1.evil.example", "localhost.evil.example", "", "::"])
def test_names_that_merely_look_like_loopback_are_not(host: str) -> None:
    assert not is_loopback(host)
