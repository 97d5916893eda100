"""Whoever knows a finding by Istio's code finds it here, or the reason why it is not."""

from pathlib import Path

from pipeline.analysis.istio.omitted import OMITTED
from pipeline.model.messages import CATALOGUE

TABLE = Path(__file__).parents[2] / "data" / "istio-codes.tsv"
CODES = {line.partition("\t")[0] for line in TABLE.read_text().splitlines()[1:]}


def test_every_code_of_istio_has_a_finding_or_a_reason() -> None:
    made = {code for message in CATALOGUE.values() for code in message.istio.split()}
    assert made.isdisjoint(OMITTED)
    assert made | set(OMITTED) >= CODES
