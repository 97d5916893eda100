"""`samples/gitops` as somebody copies it: its pipelines and its hook do what they say.

The commands are taken out of the pipelines and run as a runner would run them, in a clone, against
a service that follows the repository. Only the installer is a stand-in: it writes down its words.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

SAMPLE = Path(__file__).parents[2] / "samples" / "gitops"
BAD = ("timeout: 2s", "timeot: 2s")
GOOD = ("timeout: 2s", "timeout: 5s")
NOTHING: Mapping[str, str] = {}
AT = "mesh/checkout.yaml:11:3: error GAL0501"


class Done(NamedTuple):
    """What a command did."""

    code: int
    said: str


class Clone:
    """A clone of the sample's repository, and what is on its runner's path."""

    def __init__(self, folder: Path) -> None:
        self.upstream, self.path = folder / "upstream", folder / "clone"
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.tool("galley", f'exec {sys.executable} -P -m galley "$@"')
        self.tool("pip", f'echo "$@" >> {folder}/installed')
        shutil.copytree(SAMPLE, self.upstream)
        self.git("init", "--quiet", "--initial-branch=main", at=self.upstream)
        self.commit("first", at=self.upstream)
        self.git("clone", "--quiet", str(self.upstream), str(self.path), at=folder)
        self.git("switch", "--quiet", "--create", "topic")

    def tool(self, name: str, text: str) -> None:
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.bin / name).chmod(0o755)

    def run(
        self, *words: str, at: Path | None = None, environment: Mapping[str, str] = NOTHING
    ) -> Done:
        path = f"{self.bin}:{os.environ['PATH']}"
        who = {"GIT_AUTHOR_NAME": "Ann", "GIT_COMMITTER_NAME": "Ann", "EMAIL": "ann@example.com"}
        done = subprocess.run(
            words,
            cwd=at or self.path,
            env={**os.environ, **who, "PATH": path, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout)

    def git(self, *arguments: str, at: Path | None = None) -> str:
        code, said = self.run("git", *arguments, at=at)
        assert code == 0, said
        return said.strip()

    def edit(self, change: tuple[str, str]) -> None:
        path = self.path / "mesh" / "checkout.yaml"
        path.write_text(path.read_text().replace(*change))

    def commit(self, subject: str, *, at: Path | None = None) -> None:
        self.git("add", "--all", at=at)
        self.git("commit", "--quiet", "--message", subject, at=at)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


@pytest.fixture
async def service(make_service: Any, clone: Clone) -> Any:
    """The sample's channel, live, from the clone's upstream."""
    (channel,) = yaml.safe_load((SAMPLE / "galley.yaml").read_text())["channels"]
    channel["sources"][0]["url"] = str(clone.upstream)
    made = make_service(**channel)
    await made.start()
    await made.live(1)
    return made


async def run_all(clone: Clone, commands: list[str], environment: dict[str, str]) -> list[Done]:
    """Run every command as a runner's shell does."""

    def run() -> list[Done]:
        shell = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
        return [clone.run(*shell, command, environment=environment) for command in commands]

    return await asyncio.to_thread(run)


def github(job: str, variables: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The commands of a job and its environment, with the repository's variables filled in."""
    text = (SAMPLE / ".github" / "workflows" / "galley.yml").read_text()
    found = yaml.safe_load(text)["jobs"][job]
    filled = {
        name: re.sub(r"\$\{\{ \w+\.(\w+) \}\}", lambda each: variables[each[1]], value)
        for name, value in found["env"].items()
    }
    return [step["run"] for step in found["steps"] if "run" in step], filled


def gitlab(job: str) -> tuple[list[str], dict[str, str], list[str]]:
    """The commands of a job, its variables, and the files that it keeps."""
    pipeline = yaml.safe_load((SAMPLE / ".gitlab-ci.yml").read_text())
    found = pipeline[job]
    whole = {**pipeline[found["extends"]], **found}
    kept = [*whole["artifacts"].get("paths", ()), *whole["artifacts"]["reports"].values()]
    return [*whole["before_script"], *whole["script"]], whole["variables"], kept


@pytest.mark.parametrize(("change", "code"), [(GOOD, 0), (BAD, 1)])
async def test_the_workflow_of_github(
    service: Any, clone: Clone, tmp_path: Path, change: tuple[str, str], code: int
) -> None:
    clone.edit(change)
    clone.commit("a change")
    variables = {
        "GALLEY_PACKAGE": "a package",
        "GALLEY_SERVER": service.address,
        "GALLEY_TOKEN": "none is needed",
    }
    for job in ("validate", "plan"):
        summary = tmp_path / f"{job}.md"
        commands, environment = github(job, variables)
        runner = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_BASE_REF": "main",
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        installed, checked = await run_all(clone, commands, {**environment, **runner})
        assert (installed.code, checked.code) == (0, code), checked
        annotated = "::error file=mesh/checkout.yaml,line=11,col=3" in checked.said
        assert annotated is bool(code), checked.said
        assert ("GAL0501" in summary.read_text()) is bool(code)
    results = json.loads((clone.path / "galley.sarif").read_text())["runs"][0]["results"]
    assert [each["baselineState"] for each in results] == ["new"] * code
    assert (tmp_path / "installed").read_text() == "install --quiet a package\n" * 2


@pytest.mark.parametrize(("change", "code"), [(GOOD, 0), (BAD, 1)])
async def test_the_pipeline_of_gitlab(
    service: Any, clone: Clone, change: tuple[str, str], code: int
) -> None:
    clone.edit(change)
    clone.commit("a change")
    runner = {
        "GALLEY_PACKAGE": "a package",
        "GALLEY_SERVER": service.address,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": clone.git("rev-parse", "origin/main"),
    }
    for job in ("validate", "plan"):
        commands, variables, kept = gitlab(job)
        *_, checked = await run_all(clone, commands, {**variables, **runner})
        assert checked.code == code, checked
        for name in kept:
            text = (clone.path / name).read_text()
            assert ("GAL0501" in text) is bool(code), name
            if name.endswith(".xml"):
                (suite,) = ET.fromstring(text)
                assert bool(int(suite.get("failures") or 0)) is bool(code)


@pytest.mark.parametrize(("rule", "code"), [("has(rule.timeout)", 0), ("true", 1)])
async def test_the_unit_tests_in_both(clone: Clone, rule: str, code: int) -> None:
    """They notice a policy that no longer refuses what it is there for."""
    settings = clone.path / "galley.yaml"
    settings.write_text(settings.read_text().replace("has(rule.timeout)", rule))
    commands, environment = github("test", {"GALLEY_PACKAGE": "a package"})
    *_, checked = await run_all(clone, commands, {**environment, "GITHUB_ACTIONS": "true"})
    assert checked.code == code, checked
    assert ("::error file=policies.test.yaml,line=8" in checked.said) is bool(code)

    commands, environment, kept = gitlab("unit-tests")
    *_, checked = await run_all(clone, commands, {**environment, "GALLEY_PACKAGE": "a package"})
    assert checked.code == code, checked
    assert ET.parse(clone.path / kept[0]).getroot().get("failures") == str(code)


def test_a_pipeline_is_for_merges_and_asks_only_a_service_that_is_there() -> None:
    """And what it uploads is what its commands have written."""
    workflow = yaml.safe_load((SAMPLE / ".github" / "workflows" / "galley.yml").read_text())
    pipeline = yaml.safe_load((SAMPLE / ".gitlab-ci.yml").read_text())
    steps = workflow["jobs"]["validate"]["steps"]
    (uploaded,) = [each["with"]["sarif_file"] for each in steps if "sarif" in each.get("uses", "")]

    assert workflow[True] == "pull_request"  # `on`, as YAML 1.1 reads it
    assert workflow["permissions"] == {"contents": "read", "security-events": "write"}
    assert f"sarif={uploaded}" in " ".join(each.get("run", "") for each in steps)
    assert "vars.GALLEY_SERVER != ''" in workflow["jobs"]["plan"]["if"]
    assert "$GALLEY_SERVER" in pipeline["plan"]["rules"][0]["if"]
    for job in ("validate", "plan"):
        commands, _, kept = gitlab(job)
        assert all(f"={name}" in commands[-1] for name in kept)


@pytest.fixture
def hooked(clone: Clone) -> Iterator[Clone]:
    """The clone with the hook turned on, and nothing left of it in the folder for such things."""
    clone.git("config", "core.hooksPath", ".githooks")
    scratch = clone.path.with_name("scratch")
    scratch.mkdir()
    clone.tool("mktemp", f'exec /usr/bin/mktemp -p {scratch} "$@"')
    yield clone
    assert not list(scratch.iterdir())


def test_the_hook_stops_a_bad_commit_at_its_line(hooked: Clone) -> None:
    hooked.edit(BAD)
    stopped = hooked.run("git", "commit", "--quiet", "--all", "--message", "bad")
    head = hooked.git("rev-parse", "HEAD")
    assert (stopped.code, AT in stopped.said) == (1, True), stopped
    assert head == hooked.git("rev-parse", "origin/main")

    hooked.edit((BAD[1], GOOD[1]))
    passed = hooked.run("git", "commit", "--quiet", "--all", "--message", "good")
    assert passed.code == 0, passed
    assert hooked.git("rev-parse", "HEAD") != head


def test_the_hook_judges_what_is_staged(hooked: Clone) -> None:
    """In both directions."""
    hooked.edit(BAD)
    hooked.git("add", "--all")
    hooked.edit(BAD[::-1])
    assert AT in hooked.run("git", "commit", "--message", "bad").said

    hooked.git("add", "--all")
    hooked.edit(BAD)
    (hooked.path / "mesh" / "new.yaml").write_text("a: [")
    assert hooked.run("git", "commit", "--allow-empty", "--message", "good").code == 0


def test_what_was_wrong_before_stops_nobody(hooked: Clone) -> None:
    hooked.edit(BAD)
    hooked.git("commit", "--quiet", "--all", "--no-verify", "--message", "bad")
    (hooked.path / "mesh" / "flags.yaml").unlink()
    passed = hooked.run("git", "commit", "--all", "--message", "something else")

    assert (passed.code, "1 carried" in passed.said) == (0, True), passed


def test_the_hook_works_on_a_first_commit(hooked: Clone) -> None:
    hooked.git("switch", "--quiet", "--orphan", "anew")
    shutil.copytree(SAMPLE, hooked.path, dirs_exist_ok=True)
    hooked.git("add", "--all")

    assert hooked.run("git", "commit", "--message", "first").code == 0
    assert hooked.git("rev-list", "--count", "HEAD") == "1"


def test_a_hook_without_galley_says_so(clone: Clone) -> None:
    clone.git("config", "core.hooksPath", ".githooks")
    (clone.bin / "galley").unlink()
    path = {"PATH": f"{clone.bin}:/usr/bin:/bin"}
    stopped = clone.run("git", "commit", "--allow-empty", "--message", "x", environment=path)

    assert (stopped.code, "galley is not on the PATH" in stopped.said) == (1, True)


def test_the_framework_runs_the_same_hook(clone: Clone) -> None:
    (repo,) = yaml.safe_load((SAMPLE / ".pre-commit-config.yaml").read_text())["repos"]
    (hook,) = repo["hooks"]
    names = ("galley.yaml", "mesh/a.yaml", "README.md", "x/galley.yaml")
    wanted = [name for name in names if re.search(hook["files"], name)]

    assert os.access(clone.path / hook["entry"], os.X_OK)
    assert (repo["repo"], hook["language"], hook["pass_filenames"]) == ("local", "script", False)
    assert wanted == ["galley.yaml", "mesh/a.yaml"]
