"""Whatever a schema file or a body holds, the answer is diagnostics and no other exception."""

import contextlib
import copy
import json
from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import schema
from pipeline.model import Diagnostic
from pipeline.schema import SchemaError, SchemaText

Check = Callable[[dict[str, Any]], tuple[Diagnostic, ...]]
same_fixtures = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

FIELDS = ["hosts", "port", "match", "labels", "template", "mode", "exact", "kind", "x", ""]
scalars = (
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(0, 9) | st.text(max_size=5)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3)
    ),
    max_leaves=8,
)


@same_fixtures
@given(spec=st.dictionaries(st.sampled_from(FIELDS), values, max_size=5))
def test_any_body_gets_diagnostics_at_fields_that_it_has(
    check: Check, spec: dict[str, Any]
) -> None:
    for found in check(spec):
        place: Any = {"spec": spec}
        for part in found.path:
            place = place[part]
        assert found.message.endswith(".")
        assert len(found.message) < 400


@same_fixtures
@given(data=st.data())
def test_a_crd_with_anything_in_any_place_is_built_or_refused(
    texts: dict[str, SchemaText], data: st.DataObject
) -> None:
    crd = copy.deepcopy(yaml.safe_load(texts["routes.yaml"].text))
    *above, last = data.draw(st.sampled_from(list(_places(crd))))
    holder = crd
    for part in above:
        holder = holder[part]
    holder[last] = data.draw(values | st.just(2**70) | st.just("string"))
    with contextlib.suppress(SchemaError):
        schema.build([SchemaText("crd.json", json.dumps(crd))])


@given(text=st.text("[]{}-:?&*!|>'\"#%@ \n\tab1,"))
def test_any_text_is_built_or_refused(text: str) -> None:
    with contextlib.suppress(SchemaError):
        schema.build([SchemaText("text.yaml", text)])


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for part, item in items:
        yield (*path, part)
        if isinstance(item, dict | list):
            yield from _places(item, (*path, part))
