"""`galley validate` in a git work tree: names from its root, annotations, what a branch adds."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
BAD = MAP % "UPPER"
GATEWAY = (
    "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: public}\n"
    "spec: {selector: {a: b}, servers: []}\n"
)
ROUTE = (
    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: shop}\n"
    "spec:\n  hosts: [shop.example.com]\n  gateways: [public]\n"
)
POLICY = (
    "channels:\n- policies:\n"
    "  - {name: owner, rule: 'has(object.metadata.labels.owner)', message: Say who owns it.}\n"
)


class Repository:
    """A real one, with a branch `main` that the work tree started from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        command = ["git", *who, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "more")

    def branch(self) -> None:
        """What is there is `main`; what follows is a branch of it."""
        self.commit()
        self.git("switch", "-q", "-c", "topic")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Repository(folder)


@pytest.fixture
def compared(galley: Any) -> Callable[..., tuple[int, dict[str, str]]]:
    """Validate `mesh` against `main`: the exit code, and each code with its state."""

    def run(*options: object) -> tuple[int, dict[str, str]]:
        done = galley("validate", "mesh", "--base", "main", "-o", "json", *options)
        assert done.out, done.err
        return done.code, {
            each["code"]: each["state"] for each in json.loads(done.out)["diagnostics"]
        }

    return run


def test_reports_name_files_from_the_root_wherever_they_are_made(
    repository: Repository, galley: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write("über all/mesh/a b.yaml", BAD)
    monkeypatch.chdir(repository.folder / "über all" / "mesh")
    (entry,) = json.loads(galley("validate", ".", "-o", "gitlab").out)
    (run,) = json.loads(galley("validate", "a b.yaml", "-o", "sarif").out)["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]

    assert entry["location"]["path"] == "über all/mesh/a b.yaml"
    assert place == {"uri": "%C3%BCber%20all/mesh/a%20b.yaml", "uriBaseId": "%SRCROOT%"}
    assert "file=über all/mesh/a b.yaml,line=3" in galley("validate", ".", "-o", "github").out
    assert 'file="über all/mesh/a b.yaml"' in galley("validate", ".", "-o", "junit").out
    assert galley("validate", ".").out.startswith("a b.yaml:3:12: error")


def test_a_path_that_leads_out_is_of_another_place(repository: Repository, galley: Any) -> None:
    """Though the way there begins in this repository."""
    other = repository.folder.with_name("other")
    (other / ".git").mkdir(parents=True)
    (other / "a.yaml").write_text(BAD)
    (entry,) = json.loads(galley("validate", "../other", "-o", "gitlab").out)

    assert entry["location"]["path"] == "a.yaml"


def test_people_and_a_runner_are_told_at_once(repository: Repository, galley: Any) -> None:
    """Text for people cannot command the runner, whatever a file is called."""
    repository.write("mesh/::error::x/a.yaml", BAD)
    result = galley("validate", "mesh", GITHUB_ACTIONS="true")
    lines = result.out.splitlines()

    assert lines[0].startswith("::stop-commands::")
    assert lines[1].startswith("mesh/::error::x/a.yaml:3:12: error GAL0206")
    assert lines[3] == f"::{lines[0].removeprefix('::stop-commands::')}::"
    assert lines[4].startswith("::error file=mesh/%3A%3Aerror%3A%3Ax/a.yaml,line=3,col=12,title=")
    assert len(lines) == 5


def test_annotations_do_not_mix_with_what_programs_read(
    repository: Repository, galley: Any
) -> None:
    repository.write("mesh/a.yaml", BAD)
    result = galley("validate", "mesh", "-o", "sarif", GITHUB_ACTIONS="true")

    assert json.loads(result.out)["version"] == "2.1.0"
    assert result.err.startswith("::error file=mesh/a.yaml")


def test_annotations_can_be_turned_off(repository: Repository, galley: Any) -> None:
    repository.write("mesh/a.yaml", BAD)
    result = galley("validate", "mesh", "--no-annotations", GITHUB_ACTIONS="true")

    assert "::" not in result.out + result.err


def test_reports_are_written_besides(repository: Repository, galley: Any) -> None:
    repository.write("mesh/a.yaml", BAD)
    wanted = [f"--report={form}=made.{form}" for form in ("sarif", "junit", "gitlab", "json")]
    result = galley("validate", "mesh", *wanted)

    assert result.code == 1
    assert result.out.startswith("mesh/a.yaml:3:12")
    for form in ("sarif", "gitlab", "json"):
        assert "GAL0206" in json.dumps(json.loads(Path(f"made.{form}").read_text()))
    assert "GAL0206" in Path("made.junit").read_text()


@pytest.mark.parametrize("option", ["sarif", "sarif=", "word=x", "sarif=/nonexistent/x"])
def test_a_report_that_cannot_be_written_is_usage(
    repository: Repository, galley: Any, option: str
) -> None:
    repository.write("mesh/a.yaml", MAP % "a")
    result = galley("validate", "mesh", "--report", option)

    assert (result.code, result.err.startswith("error: ")) == (2, True)


def test_a_finding_of_the_base_is_carried(repository: Repository, compared: Any) -> None:
    """The same file with the same error, below a file that the branch adds."""
    repository.write("mesh/old.yaml", BAD)
    repository.branch()
    repository.write("mesh/new.yaml", MAP % "new")
    repository.commit()

    assert compared() == (0, {"GAL0206": "carried"})


def test_each_path_has_a_base_of_its_own(repository: Repository, galley: Any) -> None:
    """What one environment had at the merge base is new in another one."""
    repository.write("prod/old.yaml", BAD)
    repository.write("staging/some.yaml", MAP % "some")
    repository.branch()
    repository.write("staging/old.yaml", BAD)
    options = ("--each", "--base", "main", "-o", "json")
    said = json.loads(galley("validate", "prod", "staging", *options).out)

    states = {each["file"]: each["state"] for each in said["diagnostics"]}
    assert states == {"prod/old.yaml": "carried", "staging/old.yaml": "live"}


def test_what_is_carried_is_counted_and_not_annotated(repository: Repository, galley: Any) -> None:
    repository.write("mesh/old.yaml", BAD)
    repository.branch()
    result = galley("validate", "mesh", "--base", "main", GITHUB_ACTIONS="true")

    assert "1 file, 0 resources: 0 errors, 0 warnings; 1 carried." in result.out
    assert "GAL0206" not in result.out + result.err


def test_a_finding_that_the_branch_brings_decides(repository: Repository, compared: Any) -> None:
    repository.write("mesh/a.yaml", MAP % "a")
    repository.branch()
    repository.write("mesh/b.yaml", BAD)  # neither committed nor added

    assert compared() == (1, {"GAL0206": "live"})


def test_a_touched_file_is_to_be_mended(repository: Repository, compared: Any) -> None:
    """What a broken file says besides its error would not ship either."""
    repository.write("mesh/old.yaml", BAD)
    repository.branch()
    repository.write("mesh/old.yaml", f"{BAD}---\n{MAP % 'more'}")

    assert compared() == (1, {"GAL0206": "live"})


def test_a_change_may_break_a_file_that_it_does_not_touch(
    repository: Repository, compared: Any
) -> None:
    """The finding is on the route, the change that caused it deleted the gateway."""
    repository.write("mesh/gateway.yaml", GATEWAY)
    repository.write("mesh/route.yaml", ROUTE)
    repository.branch()
    repository.git("rm", "-q", "mesh/gateway.yaml")
    repository.commit()

    assert compared("--complete") == (1, {"GAL0601": "live"})


def test_a_new_rule_does_not_block_what_was_there(
    repository: Repository, compared: Any, tmp_path: Path
) -> None:
    """As in a channel; it counts for whatever the branch changes."""
    repository.write("mesh/a.yaml", MAP % "a")
    repository.branch()
    settings = repository.write("galley.yaml", POLICY)
    assert compared("-c", settings) == (0, {"GAL0501": "carried"})

    repository.write("mesh/a.yaml", (MAP % "a") + "data: {x: '1'}\n")
    assert compared("-c", settings) == (1, {"GAL0501": "live"})


def test_moved_lines_are_no_news(repository: Repository, compared: Any, tmp_path: Path) -> None:
    settings = repository.write("galley.yaml", POLICY)
    repository.write("mesh/a.yaml", MAP % "a")
    repository.branch()
    repository.write("mesh/a.yaml", "# Now with a comment.\n" + MAP % "a")

    assert compared("-c", settings) == (0, {"GAL0501": "carried"})


def test_a_folder_that_the_branch_adds_is_all_new(repository: Repository, compared: Any) -> None:
    repository.branch()
    repository.write("mesh/a.yaml", BAD)

    assert compared() == (1, {"GAL0206": "live"})


def test_commits_that_only_the_base_has_do_not_count(repository: Repository, compared: Any) -> None:
    """The merge base decides: what was broken on main meanwhile is not at the start of the
    branch."""
    repository.write("mesh/a.yaml", MAP % "a")
    repository.branch()
    repository.commit()
    repository.git("switch", "-q", "main")
    repository.write("mesh/a.yaml", BAD)
    repository.commit()
    repository.git("switch", "-q", "topic")
    repository.write("mesh/a.yaml", BAD)

    assert compared() == (1, {"GAL0206": "live"})


def test_a_comparison_leaves_the_repository_alone(repository: Repository, compared: Any) -> None:
    repository.write("mesh/a.yaml", MAP % "a")
    repository.branch()
    repository.write("mesh/a.yaml", MAP % "b")
    repository.git("add", "-A")
    repository.write("mesh/a.yaml", MAP % "c")
    before = repository.git("status", "--porcelain=v2", "--branch")

    assert compared() == (0, {})
    assert repository.git("status", "--porcelain=v2", "--branch") == before
    assert repository.git("worktree", "list").count("\n") == 1


@pytest.mark.parametrize("revision", ["nowhere", "--help", ""])
def test_a_base_that_is_none_is_told(repository: Repository, galley: Any, revision: str) -> None:
    repository.write("mesh/a.yaml", MAP % "a")
    repository.branch()
    result = galley("validate", "mesh", f"--base={revision}")

    assert result.code == (2 if revision else 0)
    assert "Traceback" not in result.err
    assert not revision or f"{revision!r}" in result.err


def test_a_base_outside_of_a_repository_is_told(
    galley: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(MAP % "a")
    result = galley("validate", "a.yaml", "--base", "main")

    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "is in no git work tree" in result.err


def test_without_common_history_there_is_no_base(repository: Repository, galley: Any) -> None:
    repository.write("mesh/a.yaml", MAP % "a")
    repository.branch()
    repository.git("switch", "-q", "--orphan", "other")
    repository.write("mesh/a.yaml", MAP % "b")
    repository.commit()
    result = galley("validate", "mesh", "--base", "main")

    assert result.code == 2
    assert "they have no commit in common" in result.err
    assert "fetch-depth: 0" in result.err
