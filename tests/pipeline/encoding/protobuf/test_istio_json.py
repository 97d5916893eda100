"""The encoder against what Istio's own code made of the same values, recorded."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.encoding.protobuf import Generation, UnwritableError, encoder

FORMS = Path(__file__).parents[3] / "data" / "istio-json" / "forms.json"
GENERATIONS = {"1.4": Generation.ISTIO_1_4, "1.32": Generation.TODAY}


def forms() -> Iterator[Any]:
    for form in json.loads(FORMS.read_text()):
        for version in sorted(GENERATIONS.keys() & form.keys()):
            expected = form.get("here", {}).get(version, form[version])
            value = form["json"]
            name = f"{version} {form['message'].rpartition('.')[2]} {json.dumps(value)[:60]}"
            yield pytest.param(version, form["message"], value, expected, id=name)


@pytest.mark.parametrize(("version", "message", "value", "expected"), list(forms()))
def test_bytes_are_those_of_istio(
    version: str, message: str, value: Any, expected: str | None
) -> None:
    write = encoder(message, GENERATIONS[version]).encode
    if expected is None:
        with pytest.raises(UnwritableError):
            write(value)
    else:
        assert write(value).hex() == expected
