"""Files that transforms name: read as manifests are, watched, and refused with their place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from galley.worker.transform_files import TransformFiles
from pipeline.environment import InvalidEnvironmentError
from sources.source import Limits

OVERLAY = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {where: PLACE}\n"


def files(folder: Path, *overlays: Any) -> TransformFiles:
    return TransformFiles(({"type": "overlay", "overlays": list(overlays)},), folder, Limits())


def test_a_folder_stands_for_its_manifests_with_their_places(tmp_path: Path) -> None:
    (tmp_path / "prod" / "sub").mkdir(parents=True)
    (tmp_path / "prod" / "b.yaml").write_text("# first\n---\nkind: A\n---\n---\nkind: B\n")
    (tmp_path / "prod" / "sub" / "c.json").write_text('{"kind": "C"}')
    (tmp_path / "prod" / "README.md").write_text("no manifest")

    (read,) = files(tmp_path, Path("prod"), {"kind": "D"}).read()

    assert read["overlays"] == [
        {"file": "prod/b.yaml", "line": 3, "manifest": {"kind": "A"}},
        {"file": "prod/b.yaml", "line": 6, "manifest": {"kind": "B"}},
        {"file": "prod/sub/c.json", "line": 1, "manifest": {"kind": "C"}},
        {"kind": "D"},
    ]


def test_a_value_means_what_it_means_in_a_source(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("{a: y, b: 0o17, c: 12:30:45, d: null}")

    (read,) = files(tmp_path, Path("a.yaml")).read()

    assert read["overlays"][0]["manifest"] == {"a": True, "b": 15, "c": "12:30:45", "d": None}


def test_transforms_without_files_are_left_as_they_are(tmp_path: Path) -> None:
    given: tuple[dict[str, Any], ...] = (
        {"type": "overlay", "overlays": "prod"},
        {"type": "labels"},
        {"overlays": [{}]},
    )
    assert TransformFiles(given, tmp_path, Limits()).read() == given


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there is no such file"),
        ("a: [", ":2:1"),
        ("a: 1\na: 2\n", ":2:1"),
        ("a: \xff", "not UTF-8"),
        ("*a", ":1:1"),
    ],
)
def test_a_file_that_cannot_be_read_makes_the_environment_invalid(
    tmp_path: Path, text: str | None, says: str
) -> None:
    if text is not None:
        (tmp_path / "a.yaml").write_bytes(text.encode("latin-1"))

    with pytest.raises(InvalidEnvironmentError) as caught:
        files(tmp_path, Path("a.yaml")).read()

    assert says in str(caught.value.diagnostics[0])


async def test_an_overlay_file_that_changes_makes_a_version(
    new_rig: Callable[..., Any], make: Any, tmp_path: Path
) -> None:
    file = tmp_path / "prod.yaml"
    file.write_text(OVERLAY)
    prod = {"type": "overlay", "overlays": [str(tmp_path)], "when": "environment=prod"}
    rig = await new_rig(labels={"environment": "prod"}, transforms=(prod,))
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.version == 1)

    file.write_text(file.read_text().replace("PLACE", "elsewhere"))
    await rig.until(lambda: rig.version == 2)

    file.write_text("a: [")

    async def refused() -> bool:
        found = await rig.ask("diagnostics")
        return any("prod.yaml" in each["message"] for each in found)

    await rig.eventually(refused)
    assert rig.version == 2
