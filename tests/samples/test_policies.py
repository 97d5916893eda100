"""The library of policies: each says what its examples promise, alone and beside all others.

In `examples/NAME/bad.yaml` every resource called `bad...` breaks the policy and nothing else does;
in `good.yaml` nothing does.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from galley.cli import inline
from galley.settings import ChannelSettings
from pipeline.model import Diagnostic
from sources.settings import FilesSettings

FOLDER = Path(__file__).parents[2] / "samples" / "policies"
LIBRARY = {file.stem: file for file in sorted((FOLDER / "library").glob("*.yaml"))}
EXAMPLES = sorted(path.name for path in (FOLDER / "examples").iterdir())
ALL = FOLDER / "library"

Found = list[Diagnostic]


async def reported(policies: Path, file: Path) -> Found:
    """What policies report of the resources in a file."""
    source = FilesSettings(name="files", path=file)
    settings = ChannelSettings(sources=(source,), policies=(policies,))
    environment = inline.environment_of(settings, FOLDER, complete=True)
    verdict = await inline.read(settings, environment)
    problems = [each for each in verdict.diagnostics if each.code[:5] in {"GAL01", "GAL02"}]
    assert problems == []  # the examples themselves can be read
    return [each for each in verdict.diagnostics if each.code.startswith("GAL05")]


def names(found: Found, policy: str) -> list[str]:
    """The resources on which a policy is violated, sorted; that it fails is no violation."""
    said = (f"Policy {policy}: ", f"Policy {policy} ")
    about = [each for each in found if each.message.startswith(said)]
    assert {each.code for each in about} <= {"GAL0501"}
    assert not any("its message fails" in each.message for each in about)
    return sorted(each.key.name for each in about if each.key)


def bad(file: Path) -> Iterator[str]:
    for document in yaml.safe_load_all(file.read_text()):
        name = document["metadata"]["name"]
        if name.startswith("bad"):
            yield name


def test_every_policy_has_examples_and_is_listed() -> None:
    assert list(LIBRARY) == EXAMPLES
    listed = (FOLDER / "README.md").read_text()
    assert [name for name in LIBRARY if f"(library/{name}.yaml)" not in listed] == []


@pytest.mark.parametrize("name", LIBRARY)
def test_a_policy_describes_itself(name: str) -> None:
    held = yaml.safe_load(LIBRARY[name].read_text())
    assert held["name"] == name
    assert held["description"].endswith(".")


@pytest.mark.parametrize("policies", ["alone", "all"])
@pytest.mark.parametrize("name", LIBRARY)
async def test_a_policy_finds_what_is_bad_and_nothing_else(name: str, policies: str) -> None:
    used = ALL if policies == "all" else LIBRARY[name]
    examples = FOLDER / "examples" / name
    assert names(await reported(used, examples / "good.yaml"), name) == []
    file = examples / "bad.yaml"
    expected = sorted(bad(file))
    assert expected
    assert names(await reported(used, file), name) == expected


async def test_no_policy_fails_on_any_example() -> None:
    """Whatever is written, a rule of the library says yes or no."""
    for file in sorted((FOLDER / "examples").rglob("*.yaml")):
        found = await reported(ALL, file)
        assert {each.code for each in found} <= {"GAL0501"}, file
