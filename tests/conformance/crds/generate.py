"""Objects from a structural schema: good ones, as far as a schema tells, and broken ones."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]

_TEXTS: dict[str, list[str]] = {
    "bsonobjectid": ["507f1f77bcf86cd799439011", "507f1f77bcf86cd79943901"],
    "byte": ["aGVsbG8=", "aGVsbG8", "", "a-_="],
    "cidr": ["10.0.0.0/8", "10.0.0.0/33", "::1/128", "010.0.0.0/8", "::ffff:1.2.3.4/96"],
    "creditcard": ["4111 1111 1111 1111", "4111111111111112"],
    "date": ["2024-02-29", "2023-02-29", "2024-1-1", "0000-01-01"],
    "date-time": [
        "2024-05-01T10:00:00Z", "2024-05-01t10:00:00z", "2024-05-01T24:00:00Z", "2024-05-01",
        "2024-05-01T10:00:00.5+02:00", "2024-05-01T10:00:00",
    ],
    "duration": ["1s", "1.5h", "-3m", "2 weeks", "3 days", "abc", "0", "1", "5 sec", ""],
    "email": ["a@b.c", "a b@c", "Ann <ann@b.c>", "@b", "a@", '"x y"@b.c', "a@b@c"],
    "hexcolor": ["#fff", "fff000", "#ff"],
    "hostname": ["a", "a.example.com", "a_b", "-a", "a.b.1", "1.com", "a..b", "é.com"],
    "ipv4": ["10.0.0.1", "010.0.0.1", "10.0.0.256", "::1", "::ffff:1.2.3.4", "1.2.3"],
    "ipv6": ["::1", "fe80::1%eth0", "1.2.3.4", "::ffff:1.2.3.4", "1::2::3"],
    "isbn": ["0321751043", "978-0321751041", "123"],
    "isbn10": ["0321751043", "0-321-75104-3", "0321751044"],
    "isbn13": ["978-0321751041", "9780321751042"],
    "k8s-long-name": ["a.b", "A", "a-.b", "a" * 254],
    "k8s-short-name": ["a-b", "a.b", "a" * 64],
    "mac": ["01:23:45:67:89:ab", "0123.4567.89ab", "01-23-45-67-89-ab", "01:23"],
    "password": ["x", ""],
    "rgbcolor": ["rgb(1, 2,3)", "rgb(256,0,0)"],
    "ssn": ["111-22-3333", "111223333"],
    "uri": [
        "http://a/b", "/a", "a", "mailto:x", "http://a b", "http://[::1]:80/x", "http://a:b",
        "", "http://a/%zz", "http://[1.2.3.4]/", "*", "http://u:p@h/", "//a/b", "http://h?q=%zz",
    ],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000", "123"],
    "uuid3": ["123e4567-e89b-32d3-a456-426614174000", "123e4567-e89b-42d3-a456-426614174000"],
    "uuid4": ["123e4567-e89b-42d3-a456-426614174000", "123e4567-e89b-42d3-c456-426614174000"],
    "uuid5": ["123e4567-e89b-52d3-a456-426614174000", "123e4567-e89b-42d3-a456-426614174000"],
}  # fmt: skip
WORDS = [
    "a", "b", "abc", "a.b", "*", "*.a.b", "mesh", "80", "1s", "0s", "5m", "http", "10.0.0.1", "",
    "unix:///x", "unix://@y", "A-b", "http://a.b/c", "a b", "x\u00a0y", "é", "0", "-", "a/b",
]  # fmt: skip
ANYTHING = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        -1,
        2**31,
        65536,
        0.5,
        2.5e-7,
        "",
        "x",
        [],
        ["x"],
        {},
        {"x": 1},
        [None],
    ]
)


def objects(schema: Schema) -> st.SearchStrategy[Any]:
    """Values of a schema; rules, formats and some limits may still refuse them."""
    if schema.get("enum"):
        return st.sampled_from(schema["enum"])
    if schema.get("x-kubernetes-int-or-string"):
        return st.integers(0, 70000) | st.sampled_from(WORDS)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return _mappings(schema)
    if kind == "array":
        return _arrays(schema)
    return _scalars(schema, kind)


def _scalars(schema: Schema, kind: str | None) -> st.SearchStrategy[Any]:
    if kind == "string":
        return _strings(schema)
    if kind == "integer":
        return st.integers(
            int(schema.get("minimum", -2)), int(schema.get("maximum", 2**20))
        ) | st.sampled_from([0, 1, 80])
    if kind == "number":
        fractions = st.floats(-4, 4, width=16).filter(lambda number: number != int(number))
        return fractions | st.integers(-3, 3)
    if kind == "boolean":
        return st.booleans()
    return ANYTHING


_OF_RULES = [
    "10Mi", "5m", "1.5", "-3", "100n", "1e3", "2Ki", "1.2.3", "v1.2.3", "2.0.0-rc.1", "1.2",
    "127.0.0.1", "10.0.0.7", "::1", "2001:DB8::1", "10.1.0.0/16", "10.0.0.1/8", "2001:db8::/32",
    "http://a:80/b", "http://a/b?q=1&q=2", "/x", "mailto:x@y", "http://[::1]/c%20d", "12%", "7",
    "a.b.c", "ab10", "X-y", " x", "MESH", "mesh", "Ab", "*x", "axb", "no", "yes", "forbidden",
]  # fmt: skip
"""Texts that the rules of the hand-made kinds tell apart."""


def _strings(schema: Schema) -> st.SearchStrategy[str]:
    if "x-kubernetes-validations" in schema and "pattern" not in schema and "format" not in schema:
        return st.sampled_from(WORDS + _OF_RULES)
    known = _TEXTS.get(str(schema.get("format")))
    if known:
        return st.sampled_from(known)
    if schema.get("pattern") and len(schema["pattern"]) < 80:
        fitting: st.SearchStrategy[str] = st.from_regex(str(schema["pattern"]), fullmatch=True)
        return fitting.filter(str.isprintable) | st.sampled_from(WORDS)
    return st.sampled_from(WORDS)


def _arrays(schema: Schema) -> st.SearchStrategy[list[Any]]:
    least = schema.get("minItems", 0)
    most = min(schema.get("maxItems", 3), max(least, 3))
    return st.lists(st.deferred(lambda: objects(schema["items"])), min_size=least, max_size=most)


def _mappings(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    fields: Mapping[str, Schema] = schema.get("properties") or {}
    if schema.get("x-kubernetes-embedded-resource"):
        return _embedded(fields)
    if fields:
        return _records(schema, fields)
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        return st.dictionaries(st.sampled_from(WORDS), objects(others), max_size=2)
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        return st.dictionaries(st.sampled_from(WORDS), ANYTHING, max_size=2)
    return st.just({})


@st.composite
def _records(draw: st.DrawFn, schema: Schema, fields: Mapping[str, Schema]) -> dict[str, Any]:
    required = list(schema.get("required") or ())
    optional = sorted(fields.keys() - set(required))
    chosen = draw(st.lists(st.sampled_from(optional), max_size=3, unique=True)) if optional else []
    return {name: draw(objects(fields[name])) for name in (*required, *chosen) if name in fields}


@st.composite
def _embedded(draw: st.DrawFn, fields: Mapping[str, Schema]) -> dict[str, Any]:
    made = draw(_records({}, fields)) if fields else {}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, **made}


@st.composite
def broken(draw: st.DrawFn, schema: Schema) -> dict[str, Any]:
    """An object changed in one place."""
    return draw(broken_from(draw(objects(schema))))


@st.composite
def broken_from(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """This object, changed in one place."""
    made: dict[str, Any] = copy.deepcopy(whole)
    places = list(_places(made))
    if not places:
        return {"spec": draw(ANYTHING)}
    holder, part = draw(st.sampled_from(places))
    how = draw(st.sampled_from(["other", "none", "gone", "more", "twice"]))
    if how == "gone":
        del holder[part]
    elif how == "more" and isinstance(holder[part], dict):
        holder[part]["unheardOf"] = draw(ANYTHING)
    elif how == "twice" and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[part]))
    elif how == "none":
        holder[part] = None
    else:
        holder[part] = draw(ANYTHING)
    return made


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a value, as what holds it and where."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for part, held in list(items):
        yield value, part
        if isinstance(held, dict | list):
            yield from _places(held)
