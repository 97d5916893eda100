"""A revision counts if somebody vouches for it whose key the settings name."""

import shutil
import time
from pathlib import Path

import pytest

from tests.sources.git.trust.conftest import NOBODY, Court, Keys, Person, Summon, Work, run


@pytest.mark.parametrize("name", ["alice", "carol"])
def test_a_commit_signed_with_one_of_the_keys_is_taken(
    work: Work, summon: Summon, people: dict[str, Person], name: str
) -> None:
    person = people[name]
    work.commit(person, {"a.yaml": "a"})
    verdict = summon(keys=[person.public]).verdict()
    assert verdict.errors == ()
    assert person.mail in verdict.signer


def test_all_keys_of_a_folder_count(
    work: Work, summon: Summon, people: dict[str, Person], tmp_path: Path
) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    for name in ("alice", "carol"):
        shutil.copy(people[name].public, folder)
    court = summon(keys=[folder])
    for name in ("alice", "carol"):
        work.commit(people[name], {})
        assert court.codes() == []


def test_an_unsigned_commit_is_refused(
    work: Work, summon: Summon, people: dict[str, Person]
) -> None:
    work.commit(NOBODY, {"a.yaml": "a"})
    verdict = summon(keys=[people["alice"].public]).verdict()
    assert [error.code for error in verdict.errors] == ["GAL1201"]
    assert work.head[:12] in verdict.errors[0].message
    assert verdict.signer == ""


@pytest.mark.parametrize(("signs", "trusted"), [("mallory", "alice"), ("carol", "alice")])
def test_a_signature_by_another_key_is_refused(
    work: Work, summon: Summon, people: dict[str, Person], signs: str, trusted: str
) -> None:
    work.commit(people[signs], {"a.yaml": "a"})
    (error,) = summon(keys=[people[trusted].public]).verdict().errors
    assert error.code == "GAL1202"
    assert "not among those of the source" in error.message


@pytest.mark.parametrize("name", ["alice", "carol"])
def test_a_signature_that_does_not_fit_is_refused(
    work: Work, summon: Summon, people: dict[str, Person], name: str
) -> None:
    """The same signature under another content: what a server could forge."""
    work.commit(people[name], {"a.yaml": "a"})
    text = run("git", "-C", work.path, "cat-file", "commit", "HEAD")
    forged = work.path / "forged"
    forged.write_bytes(text.replace(b"by " + name.encode(), b"BY " + name.encode()))
    tip = run("git", "-C", work.path, "hash-object", "-t", "commit", "-w", forged).decode().strip()
    run("git", "-C", work.path, "update-ref", "refs/heads/forged", tip)
    (error,) = summon(keys=[people[name].public]).verdict(tip=tip).errors
    assert error.code == "GAL1202"
    assert "does not fit" in error.message


def test_a_key_that_has_expired_no_longer_vouches(
    work: Work, summon: Summon, tmp_path: Path
) -> None:
    keys = Keys(tmp_path)
    dora = keys.openpgp("dora", expires="seconds=1")
    work.commit(dora, {"a.yaml": "a"})
    court = summon(keys=[dora.public])
    until_refused(court)
    (error,) = court.verdict().errors
    assert "expired" in error.message


def until_refused(court: Court) -> None:
    """The clock decides; a judge remembers, so each look is by a new one."""
    deadline = time.monotonic() + 20
    while not (found := court.codes()) and time.monotonic() < deadline:
        court.judge.close()
    assert found == ["GAL1202"]


def test_the_users_own_keys_do_not_count(
    work: Work, summon: Summon, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    carol = people["carol"]
    monkeypatch.setenv("GNUPGHOME", str(carol.home))
    work.commit(carol, {"a.yaml": "a"})
    assert summon(keys=[people["alice"].public]).codes() == ["GAL1202"]


def test_it_is_judged_again_when_the_keys_change(
    work: Work, summon: Summon, people: dict[str, Person], tmp_path: Path
) -> None:
    file = tmp_path / "keys"
    file.write_bytes(people["mallory"].public.read_bytes())
    work.commit(people["alice"], {"a.yaml": "a"})
    court = summon(keys=[file])
    assert court.codes() == ["GAL1202"]
    assert not court.judge.stale()
    file.write_bytes(people["alice"].public.read_bytes())
    assert court.judge.stale()
    assert court.codes() == []
    file.unlink()
    assert court.judge.stale()
    assert court.codes() == ["GAL1204"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no key in it"),
        ("hello world\n", ":1: neither"),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----\nnonsense\n", "keys:"),
    ],
)
def test_a_file_without_a_key_is_named(
    work: Work, summon: Summon, people: dict[str, Person], tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "keys"
    file.write_text(text)
    work.commit(people["alice"], {})
    (error,) = summon(keys=[file]).verdict().errors
    assert error.code == "GAL1204"
    assert str(file) in error.message
    assert said in error.message


def test_an_allowed_signers_file_names_principals(
    work: Work, summon: Summon, people: dict[str, Person], tmp_path: Path
) -> None:
    alice = people["alice"]
    file = tmp_path / "allowed_signers"
    key = alice.public.read_text().strip()
    file.write_text(f'# the team\nplatform,alice@example.org namespaces="git" {key}\n')
    work.commit(alice, {})
    verdict = summon(keys=[file]).verdict()
    assert verdict.errors == ()
    assert verdict.signer == "platform"


def test_a_missing_program_is_never_taken_for_trust(
    work: Work,
    summon: Summon,
    people: dict[str, Person],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    work.commit(people["alice"], {})
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(programs))
    (error,) = summon(keys=[people["alice"].public]).verdict().errors
    assert error.code == "GAL1205"
    assert "openssh-client" in error.message


def test_an_annotated_tag_vouches_for_what_it_names(
    work: Work, summon: Summon, people: dict[str, Person]
) -> None:
    work.commit(NOBODY, {"a.yaml": "a"})
    for name, flags in (("signed", ("-s",)), ("unsigned", ("-a",)), ("light", ())):
        message = ("-m", "release") if flags else ()
        work.git(people["carol"], "tag", *flags, *message, name)
    court = summon(verify="tag", keys=[people["carol"].public])
    assert court.codes(tag="signed") == []
    assert court.codes(tag="unsigned") == ["GAL1201"]
    assert court.codes(tag="light") == ["GAL1206"]
