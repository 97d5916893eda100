"""The table of annotations says of each what Istio's own table says."""

from pathlib import Path

import pytest

from pipeline.analysis.istio import annotation_table as table

TABLE = Path(__file__).parents[2] / "data" / "istio-annotations.tsv"
OURS = {
    "Any": table.ANY,
    "Namespace": table.NAMESPACE,
    "Pod": table.POD,
    "Service": table.SERVICE,
}
ROWS = [line.split("\t") for line in TABLE.read_text().splitlines()[1:]]
KNOWN = [row for row in ROWS if row[0].partition("/")[0].endswith("istio.io")]


@pytest.mark.parametrize("row", KNOWN, ids=[row[0] for row in KNOWN])
def test_kinds_and_deprecation_are_those_of_istio(row: list[str]) -> None:
    name, kinds, *deprecated = row
    held = table.ANNOTATIONS[name]
    assert set(held.on) == {OURS.get(kind, table.OTHERS) for kind in kinds.split(",")}
    assert held.deprecated == bool(deprecated)


def test_the_table_of_istio_is_whole() -> None:
    assert len(KNOWN) == 67
