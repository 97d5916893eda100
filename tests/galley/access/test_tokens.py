"""Tokens: where they are read from, how they are compared, what is kept of them."""

import gc
import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest

from galley.server.access import Access, AccessError
from galley.settings import ServiceSettings

SECRET = "correct-horse-battery-staple"


def access(*tokens: dict[str, Any]) -> Access:
    return Access.from_settings(ServiceSettings.model_validate({"tokens": tokens}))


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """The same secret in each place that a token can be in."""
    monkeypatch.setenv("GALLEY_CI_TOKEN", SECRET)
    (tmp_path / "token").write_text(SECRET + "\n")
    digest = hashlib.sha256(SECRET.encode()).hexdigest()
    return {
        "env": {"env": "GALLEY_CI_TOKEN"},
        "file": {"file": str(tmp_path / "token")},
        "sha256": {"sha256": digest},
    }


@pytest.mark.parametrize("place", ["env", "file", "sha256"])
def test_a_token_is_known_wherever_it_is_kept(place: str, places: Any) -> None:
    grant = access({"name": "ci", **places[place]}).grant(f"Bearer {SECRET}")

    assert grant is not None
    assert grant.name == "ci"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {SECRET}",
        SECRET,
        f"Bearer {SECRET}x",
        "Bearer é",
        "Bearer \udcf6",
    ],
)
def test_anything_else_is_nobody(header: str | None, places: Any) -> None:
    assert access({"name": "ci", **places["env"]}).grant(header) is None


def test_without_tokens_everybody_may_do_everything() -> None:
    """Loopback only, which `check_exposure` makes sure of."""
    grant = access().grant(None)

    assert grant is not None
    assert grant.may("mesh", "override")


def test_every_token_is_compared_in_constant_time(
    places: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`compare_digest` over equal lengths, for all tokens, also after a match."""
    compared = []
    honest = hmac.compare_digest

    def counting(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return honest(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    known = access({"name": "a", **places["env"]}, {"name": "b", "sha256": "00" * 32})

    known.grant(f"Bearer {SECRET}")
    known.grant("Bearer x")

    assert compared == [(32, 32)] * 4


def test_the_secret_itself_is_not_kept(places: Any) -> None:
    """Neither the object nor anything that it refers to holds the text."""
    held = access({"name": "ci", **places["file"]})
    seen: list[Any] = [held]
    for each in seen[:]:
        seen += gc.get_referents(each)
    texts = repr(vars(held)) + "".join(repr(each) for each in seen if isinstance(each, str | tuple))

    assert SECRET not in texts


def test_roles_are_per_channel(places: Any) -> None:
    channels = {"mesh": ["operate"], "*": ["read"]}
    grant = access({"name": "ci", **places["env"], "channels": channels}).grant(f"Bearer {SECRET}")

    assert grant is not None
    assert grant.may("mesh", "operate")
    assert grant.may("mesh.observed", "operate")
    assert grant.may("other", "read")
    assert not grant.may("other", "operate")
    assert not grant.may("mesh", "read")
    assert not grant.may("*", "operate")


@pytest.mark.parametrize(
    ("token", "complaint"),
    [
        ({"env": "NO_SUCH_VARIABLE"}, "is empty or not set"),
        ({"file": "/nonexistent/token"}, "cannot be read"),
        ({"sha256": "abc"}, "64 hexadecimal digits"),
        ({"env": "SHORT"}, "shorter than 16 characters"),
    ],
)
def test_a_token_that_is_not_usable_is_refused_at_once(
    token: dict[str, str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHORT", "letmein")

    with pytest.raises(AccessError, match=complaint) as refused:
        access({"name": "ci", **token})

    assert "letmein" not in str(refused.value)
