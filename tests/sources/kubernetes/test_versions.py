"""What an API server converts itself, it converts as the tables of built-in kinds do."""

from pathlib import Path
from typing import Any

import yaml

from pipeline.model import Kinds
from pipeline.schema import BUILTIN_KINDS
from sources.manifests.types import Type, Types

VERSIONS = Path(__file__).parents[2] / "data" / "kinds" / "versions"


def test_an_older_version_reads_as_the_server_gives_the_stored_one(space: Any) -> None:
    """The only kind of which a server of today still serves a version with other fields."""
    written, _ = yaml.safe_load_all((VERSIONS / "autoscaler-v1.yaml").read_text())
    written["metadata"]["namespace"] = space.name
    place = f"namespaces/{space.name}/horizontalpodautoscalers"
    space.cluster.request("POST", f"/apis/autoscaling/v1/{place}", written)

    given = space.cluster.request("GET", f"/apis/autoscaling/v2/{place}/web")

    read = Types(Kinds(BUILTIN_KINDS)).get(written["apiVersion"], written["kind"])
    assert isinstance(read, Type)
    assert read.stored({"spec": written["spec"]}, "web")["spec"] == given["spec"]
