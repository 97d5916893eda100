"""Objects that are written in another version of their kind than the source reads."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.server import CRDS, GROUP, Cluster
from tests.journeys.admission.conftest import Said, Writer
from tests.journeys.conftest import eventually

TEXT = {"type": "string"}
VERSIONS = {"v1": {"a": TEXT}, "v1beta1": {"a": TEXT, "old": TEXT}}


@pytest.fixture
async def crd(cluster: Cluster, writer: Writer) -> AsyncIterator[dict[str, Any]]:
    """A kind in two versions, of which the older one has one field more."""
    names = {"plural": "relics", "singular": "relic", "kind": "Relic"}
    versions = [
        {"name": name, "served": True, "storage": name == "v1", "schema": schema(fields)}
        for name, fields in VERSIONS.items()
    ]
    made = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"relics.{GROUP}"},
        "spec": {"group": GROUP, "scope": "Namespaced", "names": names, "versions": versions},
    }
    assert (await writer.ask("POST", CRDS, made)).taken
    await eventually(lambda: served(writer))
    yield made
    cluster.uninstall("relics")


async def test_what_is_written_in_another_version_is_judged_as_it_is_read(
    admitting: Any, writer: Writer, crd: dict[str, Any], tmp_path: Path
) -> None:
    """The channel may not even know that version."""
    known = crd["spec"]["versions"][:1]
    known[0]["schema"]["openAPIV3Schema"]["required"] = ["spec"]  # which the cluster does not ask
    crd["spec"]["versions"] = known
    (tmp_path / "relics.json").write_text(json.dumps(crd))
    await admitting([f"{GROUP}/Thing", f"{GROUP}/Relic"], schemas=["./relics.json"])
    await eventually(lambda: is_judged(writer))

    assert (await create(writer, "a", "v1beta1", a="1")).taken
    said = await create(writer, "b", "v1beta1", a="1", old="1")

    assert said.taken
    assert [each for each in said.warnings if "spec.old is not known" in each]


def schema(fields: dict[str, Any]) -> dict[str, Any]:
    spec = {"type": "object", "properties": fields}
    return {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}


async def is_judged(writer: Writer) -> bool:
    empty = {"apiVersion": f"{GROUP}/v1", "kind": "Relic", "metadata": {"name": "empty"}}
    said = await writer.ask("POST", path(writer, "v1") + "?dryRun=All", empty)
    return said.status == 422


async def served(writer: Writer) -> bool:
    asked = [await writer.ask("GET", path(writer, version)) for version in VERSIONS]
    return all(each.taken for each in asked)


def path(writer: Writer, version: str) -> str:
    return f"/apis/{GROUP}/{version}/namespaces/{writer.namespace}/relics"


async def create(writer: Writer, name: str, version: str, query: str = "", **spec: str) -> Said:
    body = {"metadata": {"name": name}, "spec": spec}
    of_kind = {"apiVersion": f"{GROUP}/{version}", "kind": "Relic"}
    return await writer.ask("POST", path(writer, version) + query, {**of_kind, **body})
