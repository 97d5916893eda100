"""Who may change which path or collection."""

import pytest
from pydantic import ValidationError

from sources.settings import TrustSettings
from tests.sources.git.trust.conftest import NOBODY, Court, Person, Summon, Work, run

GATEWAY = "networking.istio.io/Gateway"


@pytest.fixture
def court(work: Work, summon: Summon, people: dict[str, Person]) -> Court:
    """mesh/gateways and every Gateway belong to carol, the rest to anybody with a key."""
    return summon(
        keys=[people[name].public for name in ("alice", "carol")],
        rules=[
            {"paths": ["/mesh/gateways/"], "signers": ["carol@example.com"]},
            {"collections": ["Gateway"], "signers": ["Carol <*"]},
        ],
    )


@pytest.fixture
def base(work: Work, people: dict[str, Person]) -> str:
    files: dict[str, str | None] = {"mesh/gateways/a.yaml": "x\n1", "mesh/b.yaml": "x\n1"}
    return work.commit(people["carol"], files)


def test_who_may_is_not_hindered(
    work: Work, court: Court, base: str, people: dict[str, Person]
) -> None:
    work.commit(people["carol"], {"mesh/gateways/a.yaml": "x\n2", "mesh/c.yaml": f"{GATEWAY}\n"})
    work.commit(people["alice"], {"mesh/b.yaml": "x\n2"})
    assert court.codes(base) == []


@pytest.mark.parametrize("text", ["x\n2", None], ids=["changed", "deleted"])
def test_who_may_not_is_named_with_the_path(
    work: Work, court: Court, base: str, people: dict[str, Person], text: str | None
) -> None:
    work.commit(people["alice"], {"mesh/gateways/a.yaml": text})
    (error,) = court.verdict(base).errors
    assert error.code == "GAL1203"
    assert error.locator == "mesh/gateways/a.yaml"
    assert work.head[:12] in error.message
    assert "alice@example.com" in error.message
    assert "only carol@example.com" in error.message


@pytest.mark.parametrize(("old", "new"), [("x\n1", f"{GATEWAY}\n2"), (f"{GATEWAY}\n1", "x\n2")])
def test_a_collection_is_guarded_wherever_it_is_and_was(
    work: Work, court: Court, people: dict[str, Person], old: str, new: str
) -> None:
    base = work.commit(people["carol"], {"mesh/b.yaml": old})
    work.commit(people["alice"], {"mesh/b.yaml": new})
    (error,) = court.verdict(base).errors
    assert error.code == "GAL1203"
    assert f"a resource of {GATEWAY} in mesh/b.yaml" in error.message


def test_an_offence_further_back_is_not_covered_by_a_newer_commit(
    work: Work, court: Court, base: str, people: dict[str, Person]
) -> None:
    offence = work.commit(people["alice"], {"mesh/gateways/a.yaml": "x\n2"})
    work.commit(people["carol"], {"mesh/gateways/a.yaml": "x\n3"})
    (error,) = court.verdict(base).errors
    assert offence[:12] in error.message


def test_what_is_reverted_is_no_offence(
    work: Work, court: Court, base: str, people: dict[str, Person]
) -> None:
    work.commit(people["alice"], {"mesh/gateways/a.yaml": "x\n2"})
    work.commit(people["alice"], {"mesh/gateways/a.yaml": "x\n1"})
    assert court.codes(base) == []


def test_an_unsigned_commit_on_the_way_is_nobodys(
    work: Work, court: Court, base: str, people: dict[str, Person]
) -> None:
    """The newest commit vouches for the whole, but not for who has changed what."""
    work.commit(NOBODY, {"mesh/gateways/a.yaml": "x\n2"})
    work.commit(people["carol"], {})
    assert court.codes(base) == ["GAL1203"]


def test_a_merge_answers_only_for_what_it_adds_itself(
    work: Work, court: Court, base: str, people: dict[str, Person]
) -> None:
    carol, alice = people["carol"], people["alice"]
    work.git(carol, "checkout", "-q", "-b", "side")
    work.commit(carol, {"mesh/gateways/a.yaml": "x\n2"})
    work.git(alice, "checkout", "-q", "main")
    work.commit(alice, {"mesh/b.yaml": "x\n2"})
    work.git(alice, "merge", "-q", "-S", "-m", "merge", "side")
    assert court.codes(base) == []
    work.git(alice, "checkout", "-q", "-b", "other", "HEAD~1")
    work.git(alice, "merge", "-q", "--no-commit", "side")
    (work.path / "mesh/gateways/a.yaml").write_text("x\nsmuggled")
    work.git(alice, "commit", "-q", "-a", "-S", "-m", "merge")
    assert court.codes(base) == ["GAL1203"]


def test_a_rewritten_history_is_judged_as_one_change_of_its_newest_commit(
    work: Work, court: Court, base: str, people: dict[str, Person]
) -> None:
    work.git(people["alice"], "checkout", "-q", "--orphan", "fresh")
    work.commit(people["alice"], {"mesh/b.yaml": "x\n2"})
    assert court.codes(base) == []
    work.commit(people["alice"], {"mesh/gateways/a.yaml": "x\n2"})
    assert court.codes(base) == ["GAL1203"]


def test_without_what_is_live_everything_counts_as_changed(
    work: Work, court: Court, base: str, people: dict[str, Person]
) -> None:
    work.commit(people["alice"], {"mesh/b.yaml": "x\n2"})
    assert court.codes("0" * 40) == ["GAL1203"]
    assert court.codes("no commit at all") == ["GAL1203"]


def test_a_first_revision_is_compared_with_nothing(
    work: Work, court: Court, people: dict[str, Person]
) -> None:
    work.commit(people["alice"], {"mesh/gateways/a.yaml": "x\n1"})
    assert court.codes(base="") == []


def test_a_rule_by_committer_needs_no_keys(work: Work, summon: Summon) -> None:
    rules = [{"paths": ["*.lock"], "committers": ["Robot@*"]}]
    court = summon(verify="none", rules=rules)
    base = work.commit(NOBODY, {"a.lock": "1"})
    work.commit(NOBODY, {"a.lock": "2", "b": "2"})
    (error,) = court.verdict(base).errors
    assert "nobody@example.com changes a.lock" in error.message
    base = work.head
    robot = Person("robot", "", "", NOBODY.public, NOBODY.home)
    work.commit(robot, {"a.lock": "3"})
    assert court.codes(base) == []


def test_more_commits_than_are_judged_one_by_one_count_as_one(
    work: Work, summon: Summon, people: dict[str, Person]
) -> None:
    rules = [{"paths": ["/g"], "signers": ["carol@example.com"]}]
    keys = [people[name].public for name in ("alice", "carol")]
    court = summon(keys=keys, rules=rules, history=2)
    base = work.commit(people["carol"], {"g": "1"})
    work.commit(people["carol"], {"g": "2"})
    work.commit(people["alice"], {"f": "2"})
    assert court.codes(base) == []
    work.commit(people["alice"], {"f": "3"})
    assert court.codes(base) == ["GAL1203"]


def test_who_signs_a_tag_answers_for_all_that_it_brings(
    work: Work, summon: Summon, people: dict[str, Person]
) -> None:
    rules = [{"paths": ["/g"], "signers": ["carol@example.com"]}]
    keys = [people[name].public for name in ("alice", "carol")]
    court = summon(verify="tag", keys=keys, rules=rules)
    base = work.commit(NOBODY, {"g": "1"})
    work.commit(NOBODY, {"g": "2"})
    for name in ("alice", "carol"):
        work.git(people[name], "tag", "-s", "-m", "release", f"by-{name}")
    assert court.codes(base, tag="by-carol") == []
    assert court.codes(base, tag="by-alice") == ["GAL1203"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"verify": "commit"}, "signatures need `keys`"),
        ({"verify": "none", "keys": ["k"]}, "of no use"),
        ({"verify": "none", "rules": [{"paths": ["a"]}]}, "say which `signers`"),
        ({"verify": "none", "rules": [{"committers": ["a"]}]}, "say which `paths`"),
    ],
)
def test_settings_that_make_no_sense_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TrustSettings.model_validate(given)


def test_git_is_asked_without_what_the_repository_configures(
    work: Work, summon: Summon, people: dict[str, Person]
) -> None:
    """A repository could name a program of its own as the verifier."""
    work.commit(people["mallory"], {})
    run("git", "-C", work.path, "config", "gpg.ssh.program", "/bin/true")
    assert summon(keys=[people["alice"].public]).codes() == ["GAL1205"]
