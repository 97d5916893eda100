"""The signatures are those that others make: the examples that GitHub and Svix publish."""

from pathlib import Path

import pytest

from galley.forges import signing
from galley.forges.secret import access_token, signing_secret
from sources.secrets import SecretError, SecretRef

STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_the_example_of_github() -> None:
    found = signing.hexadecimal("It's a Secret to Everybody", b"Hello, World!")
    assert found == "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_the_example_of_standard_webhooks() -> None:
    message, timestamp = HEADERS["webhook-id"], int(HEADERS["webhook-timestamp"])

    assert signing.headers(STANDARD, message, timestamp, BODY) == HEADERS
    assert signing.signed(STANDARD, HEADERS, BODY)
    assert not signing.signed(STANDARD, HEADERS, BODY + b" ")


@pytest.mark.parametrize("name", HEADERS)
def test_every_header_is_signed(name: str) -> None:
    assert not signing.signed(STANDARD, {**HEADERS, name: "1614265331"}, BODY)
    assert not signing.signed(STANDARD, {key: HEADERS[key] for key in HEADERS if key != name}, BODY)


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff" * 20, b"x" * 70_000])
def test_a_file_without_a_secret_is_told_by_its_place(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)

    with pytest.raises(SecretError, match=r"file '.*/secret' (is|cannot)"):
        signing_secret(SecretRef(file=path))


@pytest.mark.parametrize("secret", ["too short", "whsec_&&&&&&&&&&&&&&&&&&&&", "whsec_MfKQ9r8GKY"])
def test_a_secret_that_cannot_sign_is_never_shown(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("HOOK", secret)

    with pytest.raises(SecretError, match="environment variable 'HOOK'") as caught:
        signing_secret(SecretRef(env="HOOK"))
    assert secret not in str(caught.value)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "schlüssel", "tab\there"])
def test_a_token_must_fit_into_a_header(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("TOKEN", token)

    with pytest.raises(SecretError, match="environment variable 'TOKEN'") as caught:
        access_token(SecretRef(env="TOKEN"))
    assert token not in str(caught.value)


def test_a_line_feed_at_the_end_of_a_file_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("glpat-123\n")

    assert access_token(SecretRef(file=path)) == "glpat-123"
