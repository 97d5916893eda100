"""A source that asks for signatures: what it says of each commit, and when it judges anew."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sources.settings import GitSettings
from tests.sources.git.conftest import Follow
from tests.sources.git.trust.conftest import NOBODY, Person, Work

People = dict[str, Person]


@pytest.fixture
def signed(work: Work, people: People, manifest: Any) -> Work:
    """A repository with one commit, signed by alice."""
    work.commit(people["alice"], {"a.yaml": manifest("a")})
    return work


def asking(work: Work, *keys: Path, **options: Any) -> dict[str, Any]:
    """Settings of a source that asks for signatures with these keys."""
    return {"url": str(work.path), "trust": {"keys": [str(each) for each in keys], **options}}


async def test_only_what_is_signed_is_without_error(
    signed: Work, people: People, follow: Follow, arrived: Any, manifest: Any
) -> None:
    async with follow(**asking(signed, people["alice"].public)) as follower:
        (first,) = follower.batches
        assert (first.errors, first.revisions[0].signer) == ((), "alice@example.com")
        batch = await arrived(follower, signed.commit(NOBODY, {"a.yaml": manifest("a", 2)}))
        assert [each.code for each in batch.errors] == ["GAL1201"]
        batch = await arrived(follower, signed.commit(people["mallory"], {}))
        assert [each.code for each in batch.errors] == ["GAL1202"]
        batch = await arrived(follower, signed.commit(people["alice"], {}))
        assert batch.errors == ()


async def test_the_same_commit_is_judged_again_when_the_keys_change(
    signed: Work, people: People, follow: Follow, tmp_path: Path
) -> None:
    """By itself, at the next look; and what is said once is not said again."""
    keys = tmp_path / "team.keys"
    keys.write_bytes(people["mallory"].public.read_bytes())
    async with follow(**asking(signed, keys), interval=0.05) as follower:

        async def said(*codes: str) -> None:
            await follower.until(
                lambda: tuple(each.code for each in follower.batches[-1].errors) == codes
            )

        await said("GAL1202")
        keys.write_bytes(people["alice"].public.read_bytes())
        await said()
        keys.unlink()
        await said("GAL1204")
        keys.write_text("nonsense")
        await follower.until(lambda: "neither" in follower.batches[-1].errors[0].message)
        keys.write_bytes(people["alice"].public.read_bytes())
        await said()
        assert len(follower.batches) == 5
        assert [each.complete for each in follower.batches] == [True, *[False] * 4]
        assert follower.names == {"a"}


async def test_a_signed_tag_is_asked_for(
    signed: Work, people: People, follow: Follow, arrived: Any, manifest: Any
) -> None:
    carol = people["carol"]
    signed.git(carol, "tag", "-s", "-m", "one", "v1.0.0")
    settings = asking(signed, carol.public, verify="tag")
    async with follow(**settings, ref={"semver": "1.x"}) as follower:
        assert follower.batches[-1].errors == ()
        commit = signed.commit(NOBODY, {"a.yaml": manifest("a", 2)})
        signed.git(NOBODY, "tag", "v1.1.0")
        batch = await arrived(follower, commit)
        assert [each.code for each in batch.errors] == ["GAL1206"]
        commit = signed.commit(NOBODY, {"a.yaml": manifest("a", 3)})
        signed.git(carol, "tag", "-s", "-m", "two", "v1.2.0")
        assert (await arrived(follower, commit)).errors == ()


async def test_a_rule_names_kinds_as_they_are_read(
    signed: Work, people: People, make_source: Any, attend: Any, manifest: Any
) -> None:
    base = signed.head
    settings = asking(
        signed,
        people["alice"].public,
        people["carol"].public,
        rules=[{"collections": ["Gateway"], "signers": ["carol@example.com"]}],
    )
    tip = signed.commit(people["alice"], {"b.yaml": manifest("b", kind="Gateway")})
    async with attend(make_source(**settings, accepted=base, depth=0)) as follower:
        (error,) = follower.batches[-1].errors
        assert (error.code, error.locator) == ("GAL1203", "b.yaml")
        assert tip[:12] in error.message


async def test_stopping_does_not_wait_for_a_long_judgement(
    signed: Work, people: People, make_source: Any, manifest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history may be long, and each commit of it takes a program."""
    base, most = signed.head, 40
    for number in range(most):
        signed.commit(people["alice"], {"a.yaml": manifest("a", number + 1)})
    rules = [{"paths": ["*.yaml"], "signers": ["nobody"]}]
    settings = asking(signed, people["alice"].public, rules=rules)
    source = make_source(**settings, accepted=base, depth=0)
    begun, asked = asyncio.Event(), []
    loop = asyncio.get_running_loop()

    def told(objects: Any, commit: str) -> str:
        asked.append(commit)
        loop.call_soon_threadsafe(begun.set)
        return "nobody@example.com"

    monkeypatch.setattr("sources.git.objects.Objects.committer", told)
    task = asyncio.create_task(source.run(lambda batch: asyncio.sleep(0)), name="stopped")
    await asyncio.wait_for(begun.wait(), 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await loop.shutdown_default_executor()
    assert len(asked) < most


@pytest.mark.parametrize(
    ("trust", "said"),
    [
        ({}, "signatures need `keys`"),
        ({"keys": ["k"], "verify": "none"}, "of no use"),
        ({"keys": ["k"], "rules": [{"signers": ["a"]}]}, "which `paths` or `collections`"),
        ({"keys": ["k"], "rules": [{"paths": ["/a"]}]}, "which `signers` or `committers`"),
        ({"keys": ["k"], "rules": [{"paths": ["!"], "signers": ["a"]}]}, "no pattern"),
    ],
)
def test_settings_that_trust_nobody_for_anything_are_refused(
    trust: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        GitSettings.model_validate(
            {"name": "team", "type": "git", "url": "https://example.com/x", "trust": trust}
        )
