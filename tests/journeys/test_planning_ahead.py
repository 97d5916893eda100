"""Before merging: what a plan of a checkout or of a folder foretells is what then ships."""

import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from galley.protocol.results import PlanResult
from tests.journeys.team import Team

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]


@pytest.fixture
def team(tmp_path: Path, text_of: Text) -> Team:
    made = Team(tmp_path / "repository", "mesh")
    made.commit(a=text_of("a", x="1"), b=text_of("b", x="1"))
    return made


@pytest.fixture
async def followed(make_service: Any, team: Team) -> Any:
    """A service that follows `mesh` in the team's repository, with version 1 live."""
    source = {"name": "team", "type": "git", "url": "./repository", "interval": "200ms"}
    service = make_service(sources=[{**source, "path": "mesh", "exclude": ["drafts/"]}])
    await service.start()
    await service.live(1)
    return service


async def planned(service: Any, *words: str, code: int = 0) -> dict[str, Any]:
    """The JSON of a plan that ends with this exit code."""
    ended, said = await service.cli("plan", *words, "-o", "json")
    assert ended == code, said
    found: dict[str, Any] = json.loads(said)
    assert PlanResult.model_validate(found).model_dump(mode="json") == found
    return found


def names(plan: dict[str, Any]) -> dict[str, str]:
    return {
        each["resource"].rpartition("/")[2]: each["change"] for each in plan["diff"]["resources"]
    }


async def test_a_checkout_foretells_what_its_commit_ships(
    followed: Any, team: Team, text_of: Text, tmp_path: Path, wait_until: Wait
) -> None:
    """G12: with all that decides what of a tree is read; and the checkout stays as it is."""
    mesh = team.path / "mesh"
    (team.path / ".gitignore").write_text("*.local.yaml\n")
    (mesh / ".galleyignore").write_text("skipped.yaml\n")
    (mesh / "drafts").mkdir()
    (mesh / "drafts" / "d.yaml").write_text(text_of("draft", x="1"))
    (team.path / "elsewhere.yaml").write_text(text_of("linked", x="1"))
    (mesh / "link.yaml").symlink_to("../elsewhere.yaml")
    team.write(a=text_of("a", x="2"), c=text_of("c", x="1").replace("\n", "\r\n"))
    team.write(skipped=text_of("skipped", x="1"), **{"mine.local": text_of("mine", x="1")})
    team.git("add", "mesh/c.yaml")
    (mesh / "b.yaml").unlink()
    before = team.git("status", "--porcelain=v2", "--untracked-files=all")

    plan = await planned(followed, str(team.path))
    assert names(plan) == {"a": "changed", "b": "deleted", "c": "added", "linked": "added"}
    assert team.git("status", "--porcelain=v2", "--untracked-files=all") == before
    assert (await followed.version(), plan["base"]) == (1, 1)

    team.commit()
    await followed.live(2)
    assert (await followed.get(""))["digest"] == plan["digest"]
    again = await planned(followed, str(mesh), "--source", "team", "--revision", "HEAD")
    assert (again["outcome"], again["digest"]) == ("unchanged", plan["digest"])


async def test_what_changed_in_the_second_of_a_commit_is_seen(
    followed: Any, team: Team, text_of: Text
) -> None:
    """Of the same size, too: git itself can tell by the index's own time alone."""
    for number in range(3):
        team.commit(a=text_of("a", x=str(number)))
        team.write(a=text_of("a", x="9"))
        (change,) = (await planned(followed, str(team.path)))["diff"]["resources"]
        assert change["fields"][0]["new"] == "9"


async def test_a_branch_foretells_what_its_merge_ships(
    followed: Any, team: Team, text_of: Text
) -> None:
    """Whatever lies in the work tree meanwhile."""
    team.git("switch", "--quiet", "--create", "topic")
    team.commit(a=text_of("a", x="2"))
    team.git("switch", "--quiet", "main")
    team.write(a="not: [yaml")
    plan = await planned(followed, str(team.path), "--revision", "topic")

    team.git("restore", "mesh/a.yaml")
    team.git("merge", "--quiet", "--ff-only", "topic")
    await followed.live(2)
    assert (await followed.get(""))["digest"] == plan["digest"]


async def test_submodules_are_planned_where_the_source_reads_them(
    make_service: Any, team: Team, text_of: Text, tmp_path: Path
) -> None:
    other = Team(tmp_path / "other", "mesh")
    other.commit(s=text_of("s", x="1"))
    team.git("submodule", "--quiet", "add", "../other", "mesh/other")
    source = {"name": "team", "type": "git", "url": "./repository", "interval": "200ms"}
    service = make_service(sources=[{**source, "path": "mesh", "submodules": True}])
    await service.start()
    await service.live(1)
    plan = await planned(service, str(team.path))
    assert names(plan) == {"s": "added"}

    team.commit()
    await service.live(2)
    assert (await service.get(""))["digest"] == plan["digest"]


async def test_a_folder_foretells_what_its_copy_ships(
    service: Any, text_of: Text, tmp_path: Path, wait_until: Wait
) -> None:
    """A source of files is told from a folder, or from a folder at a commit."""
    other = Team(tmp_path / "other", "mesh")
    other.commit(a=text_of("a", x="2"), b=text_of("b", x="1"))
    other.write(a=text_of("a", x="3"))
    (other.path / "mesh" / ".galleyignore").write_text("b.yaml\n")
    folder = str(other.path / "mesh")
    committed = await planned(service, folder, "--revision", "HEAD")
    on_disk = await planned(service, folder)
    assert (names(committed), names(on_disk)) == (
        {"a": "changed"},
        {"a": "changed", "b": "deleted"},
    )

    service.write("a.yaml", text_of("a", x="2"))
    await service.live(2)
    assert (await service.get(""))["digest"] == committed["digest"]
    (service.config / ".galleyignore").write_text("b.yaml\n")
    service.write("a.yaml", text_of("a", x="3"))

    async def shipped() -> bool:
        return bool((await service.get(""))["digest"] == on_disk["digest"])

    await wait_until(shipped)


async def test_a_bad_change_is_told_at_its_line_in_every_form(
    followed: Any, team: Team, text_of: Text, tmp_path: Path
) -> None:
    team.write(b="# Too far.\n" + text_of("b", bad="1"))
    forms = {form: tmp_path / form for form in ("sarif", "junit", "gitlab", "markdown")}
    reports = [f"--report={form}={path}" for form, path in forms.items()]
    code, said = await followed.cli("plan", str(team.path), *reports)

    assert code == 1
    assert f"{team.path}/mesh/b.yaml:2:1: error GAL0501 ConfigMap/default/b" in said
    assert "What is wrong with it would keep 1 change unit back." in said
    assert "is live." in said.splitlines()[-1]
    for form, path in forms.items():
        assert "GAL0501" in path.read_text(), form
        assert "mesh/b.yaml" in path.read_text(), form
        assert str(team.path) not in path.read_text(), form
    assert "### galley plan, channel mesh: failed" in forms["markdown"].read_text()
    code, said = await followed.cli("plan", str(team.path), "-o", "github")
    assert (code, "::error file=mesh/b.yaml,line=2,col=1,title=GAL0501 " in said) == (1, True)


async def test_what_is_not_utf8_is_told_as_the_source_would(followed: Any, team: Team) -> None:
    (team.path / "mesh" / "b.yaml").write_bytes("a: ä\n".encode("latin-1"))
    found = await planned(followed, str(team.path), code=1)
    assert [(each["code"], each["file"]) for each in found["diagnostics"]] == [
        ("GAL0101", "mesh/b.yaml")
    ]


async def test_what_would_wait_ends_with_1_and_says_for_what(
    followed: Any, team: Team, text_of: Text
) -> None:
    """Too many deletions, what a rollback took back, and a hold."""
    (team.path / "mesh" / "a.yaml").unlink()
    (team.path / "mesh" / "b.yaml").unlink()
    code, said = await followed.cli("plan", str(team.path))
    assert (code, "It would delete too much" in said) == (1, True), said

    team.git("restore", "mesh")
    team.commit(a=text_of("a", x="2"))
    await followed.live(2)
    await followed.post("/rollback", target="1", reason="too slow")
    await followed.live(3)
    team.write(c=text_of("c", x="1"))
    code, said = await followed.cli("plan", str(team.path))
    assert (code, "A rollback took that back" in said, "too slow" in said) == (1, True, True), said
    team.write(a=text_of("a", x="3"))
    assert names(await planned(followed, str(team.path))) == {"a": "changed", "c": "added"}

    await followed.post("/holds", reason="freeze")
    code, said = await followed.cli("plan", str(team.path))
    assert (code, "On hold: freeze" in said) == (1, True), said


async def test_a_plan_is_compared_with_the_version_that_was_meant(
    followed: Any, team: Team
) -> None:
    found = await planned(followed, str(team.path), "--expect-version", "1")
    code, said = await followed.cli("plan", str(team.path), "--expect-version", "7")

    assert found["outcome"] == "unchanged"
    assert (code, "is live, not 7" in said) == (5, True)


async def test_what_cannot_be_planned_is_one_line(
    followed: Any, team: Team, tmp_path: Path
) -> None:
    (team.path / "doc").mkdir()
    wrong = {
        ("--source", "nope"): (1, "There is no source 'nope'"),
        (str(tmp_path),): (2, "is in no git work tree"),
        (str(team.path / "doc"),): (2, "reads 'mesh' of its repository, and not 'doc' alone"),
        (str(team.path), "--revision", "nope"): (2, "There is no revision 'nope' here"),
        (str(team.path), "--report", "word=x"): (2, "is not FORMAT=FILE"),
    }
    for words, (expected, what) in wrong.items():
        code, said = await followed.cli("plan", *words)
        assert (code, what in said, "Traceback" in said) == (expected, True, False), said
    code, said = await followed.cli("plan", str(team.path), channel="nope")
    assert (code, "There is no channel 'nope'" in said) == (1, True)
    (team.path / "mesh" / "kustomization.yaml").write_text("resources: []\n")
    code, said = await followed.cli("plan", str(team.path))
    assert (code, "kustomization.yaml" in said) == (1, True)


async def test_a_plan_has_a_size(service: Any, tmp_path: Path) -> None:
    """Sparse files: nothing that large is read, or sent."""
    large = tmp_path / "large"
    large.mkdir()
    for number in range(5):
        with (large / f"{number}.yaml").open("wb") as file:
            file.truncate(16 * 1024**2)
    code, said = await service.cli("plan", str(large))

    assert (code, "64 MiB of files at most" in said) == (2, True), said


async def test_the_role_to_plan_is_enough(
    make_service: Any, team: Team, text_of: Text, wait_until: Wait
) -> None:
    source = {"name": "team", "type": "git", "url": "./repository", "interval": "200ms"}
    service = make_service(sources=[{**source, "path": "mesh"}])
    service.settings["tokens"] = [
        {
            "name": role,
            "sha256": sha256(role.encode()).hexdigest(),
            "channels": {"mesh": [role]},
        }
        for role in ("plan", "read")
    ]
    await service.start()
    team.write(a=text_of("a", x="2"))

    async def answered() -> bool:
        code, _ = await service.cli("plan", str(team.path), token="plan")
        return bool(code == 0)

    await wait_until(answered)
    for token, what in (("", "GALLEY_TOKEN"), ("read", "role 'plan'")):
        code, said = await service.cli("plan", str(team.path), token=token)
        assert (code, what in said) == (2, True), said
