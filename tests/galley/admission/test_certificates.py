"""Certificates that are made and renewed: what is presented was told to clusters a day before."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.admission.certificates import LIFE, Certificates, trusted

NAMES = ("galley.galley.svc", "127.0.0.1")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path / "made", NAMES)


def test_one_is_made_that_only_we_can_read(certificates: Certificates) -> None:
    assert certificates.renew(BEGIN)

    assert stat.S_IMODE(certificates.path.stat().st_mode) == 0o600
    assert b"PRIVATE KEY" in certificates.path.read_bytes()
    assert "PRIVATE KEY" not in certificates.bundle
    assert not certificates.renew(BEGIN + DAY)


def test_it_is_the_same_after_a_restart(certificates: Certificates, tmp_path: Path) -> None:
    certificates.renew(BEGIN)
    before = certificates.path.read_bytes()

    Certificates(tmp_path / "made", reversed(NAMES)).renew(BEGIN + DAY)

    assert certificates.path.read_bytes() == before


def test_its_successor_is_told_first_and_used_later(certificates: Certificates) -> None:
    certificates.renew(BEGIN)
    first = certificates.path.read_bytes()

    certificates.renew(BEGIN + 46 * DAY)
    assert certificates.bundle.count("BEGIN CERTIFICATE") == 2
    assert certificates.path.read_bytes() == first

    certificates.renew(BEGIN + 61 * DAY)
    assert certificates.path.read_bytes() != first
    assert certificates.bundle.count("BEGIN CERTIFICATE") == 1


def test_other_names_make_another_one(certificates: Certificates, tmp_path: Path) -> None:
    certificates.renew(BEGIN)
    before = certificates.path.read_bytes()

    assert Certificates(tmp_path / "made", ["other.svc"]).renew(BEGIN + DAY)

    assert certificates.path.read_bytes() != before


@pytest.mark.parametrize("damage", [b"", b"no certificate", None])
def test_what_cannot_be_read_is_made_again(
    certificates: Certificates, damage: bytes | None
) -> None:
    certificates.renew(BEGIN)
    if damage is None:
        certificates.path.unlink()
    else:
        certificates.path.write_bytes(damage)

    assert certificates.renew(BEGIN + DAY)

    assert "BEGIN CERTIFICATE" in certificates.bundle


@given(st.lists(st.integers(1, 24 * 40), min_size=1, max_size=30))
def test_what_is_presented_is_good_and_was_told_before(
    tmp_path_factory: pytest.TempPathFactory, waits: list[int]
) -> None:
    """However often it is looked at, as long as it is at least every 40 days."""
    certificates, now = Certificates(tmp_path_factory.mktemp("made"), NAMES), BEGIN
    certificates.renew(now)
    for hours in waits:
        told, now = certificates.bundle, now + timedelta(hours=hours)
        while certificates.renew(now):
            pass
        presented = certificates.presented
        assert presented
        assert presented.left(now) > timedelta()
        assert presented.text in told


def test_after_a_long_sleep_it_is_made_anew(certificates: Certificates) -> None:
    certificates.renew(BEGIN)

    assert certificates.renew(BEGIN + LIFE)

    assert certificates.presented
    assert certificates.presented.left(BEGIN + LIFE) == LIFE


def test_clusters_are_told_no_key_that_stands_beside_a_certificate(
    certificates: Certificates,
) -> None:
    certificates.renew(BEGIN)

    assert trusted(certificates.path) == certificates.bundle


@pytest.mark.parametrize("content", [b"", b"x", b"\x30\x82\xff", b"-----BEGIN CERTIFICATE-----"])
def test_what_is_no_certificate_is_told_with_its_place(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(content)

    with pytest.raises(ValueError, match=r"ca\.pem has no certificates in PEM"):
        trusted(path)
