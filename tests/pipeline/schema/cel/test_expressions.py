"""What expressions mean, one by one; tests/conformance asks whether API servers mean the same."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.schema.cel import (
    CelError,
    CelSyntaxError,
    NotEvaluable,
    compile_message,
    compile_rule,
)
from pipeline.schema.cel.values import LARGEST_INT, SMALLEST_INT

ANY: Mapping[str, Any] = {"x-kubernetes-preserve-unknown-fields": True}


def holds(expression: str, value: Any = None, schema: Mapping[str, Any] = ANY) -> bool:
    return compile_rule(expression, schema).evaluate(value)


@pytest.mark.parametrize(
    "expression",
    [
        "1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 7 - 2 - 1 == 4",
        "-7 / 2 == -3 && -7 % 2 == -1 && 7u / 2u == 3u && 1.0 / 0.0 > 1e308",
        "1 == 1.0 && 1u == 1 && 1 != true && [1] == [1.0] && {'a': 1} == {'a': 1u} && null == null",
        "1 < 1.5 && 2u > 1 && 'a' < 'b' && b'a' < b'b' && false < true",
        "'\\u00e9' == 'é' && r'\\n'.size() == 2",
        'b\'\\xff\'.size() == 1 && """a\n""".size() == 2',
        "0x10 == 16 && -9223372036854775808 < 0 && 1e3 == 1000.0 && .5 == 0.5",
        "true ? true : 1 / 0 > 0",
        "1 / 0 > 0 || true",
        "!(1 / 0 > 0 && false)",
        "[1, 0].exists(x, 1 / x > 0) && !([0, 1].all(x, 1 / x > 2))",
        "[1, 2, 3].exists_one(x, x > 2) && ![1, 2].existsOne(x, x > 0)",
        "[1, 2, 3].map(x, x > 1, x * 2) == [4, 6] && [3, 4].filter(x, x > 3) == [4]",
        "[1, 2].all(i, v, v == i + 1) && {'a': 1}.exists(k, v, k == 'a' && v == 1)",
        "['a'].transformMap(i, v, v + 'b') == {0: 'ab'}",
        "{'a': 1}.transformMapEntry(k, v, {v: k}) == {1: 'a'}",
        "{'a': 1, 'b': 2}.transformList(k, v, v > 1, k) == ['b']",
        "has({'a': 1}.a) && !has({'a': 1}.b)",
        "{'a': {'b': 1}}.?a.?b == optional.of(1) && !{'a': 1}.?b.hasValue()",
        "[1][?1].orValue(7) == 7 && [?optional.of(1), ?optional.none()] == [1]",
        "{?'a': optional.none()} == {}",
        "optional.of(2).optFlatMap(x, optional.of(x)).value() == 2",
        "optional.none().or(optional.of(3)).value() == 3",
        "optional.ofNonZeroValue('') == optional.none()",
        "[1, 2].first().value() == 1 && optional.unwrap([optional.of(1), optional.none()]) == [1]",
        "'abc'.substring(1) == 'bc' && 'tacocat'.indexOf('a', 2) == 5",
        "'aXbX'.lastIndexOf('X') == 3",
        "'a,b,c'.split(',', 2) == ['a', 'b,c'] && ['x', 'y'].join('-') == 'x-y' && 'é'.size() == 1",
        "'a b'.replace(' ', '') == 'ab' && ' x '.trim() == 'x' && 'Äb'.upperAscii() == 'ÄB'",
        "'%s is %d, %x'.format(['a', 10, 255]) == 'a is 10, ff'",
        "'%s'.format([[1, 'b']]) == '[1, b]'",
        "'abc'.find('[b-z]+') == 'bc' && 'a1b2'.findAll('[0-9]', 1) == ['1'] && 'ab'.matches('^a')",
        "[3, 1, 2].sort() == [1, 2, 3] && [1, 2, 2].distinct() == [1, 2]",
        "[[1], [2]].flatten() == [1, 2]",
        "['bb', 'a'].sortBy(x, x.size()) == ['a', 'bb']",
        "lists.range(2) == [0, 1] && [1, 2].reverse() == [2, 1]",
        "[1, 2].sum() == 3 && [1, 3].max() == 3 && [1, 3].min() == 1 && [1, 2].isSorted()",
        "sets.contains([1, 2], [2]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])",
        "duration('1.5s') + duration('500ms') == duration('2s')",
        "string(duration('90m')) == '5400s'",
        "timestamp('2024-03-01T00:00:00Z') - timestamp('2024-02-29T00:00:00Z') == duration('24h')",
        "timestamp('2024-01-01T00:30:00Z').getHours('Asia/Tokyo') == 9",
        "timestamp('2024-01-01T00:30:00Z').getHours('-01:00') == 23",
        "url('https://u@a.b:8080/c%20d?x=1&x=2').getHost() == 'a.b:8080'",
        "url('https://[::1]:80/').getHostname() == '::1' && !isURL('a b') && isURL('/a')",
        "ip('::1').isLoopback() && isIP('10.0.0.1')",
        "!isIP('::ffff:1.2.3.4') && !isIP('fe80::1%a')",
        "cidr('10.0.0.1/8').masked() == cidr('10.0.0.0/8')",
        "cidr('10.0.0.0/8').containsIP('10.2.3.4')",
        "quantity('1Ki').isGreaterThan(quantity('1k'))",
        "quantity('1500m').asApproximateFloat() == 1.5",
        "semver('1.2.3-rc.1').isLessThan(semver('1.2.3')) && semver('v1.2', true).minor() == 2",
        "!format.dns1123Label().validate('a-b').hasValue() && format.named('x') == optional.none()",
        "type(1) == int && type('') == string && type([]) == list",
        "type({}) == map && type(null) == null_type",
        "string(1.5) == '1.5' && string(1e7) == '1e+07'",
        "int('-3') == -3 && uint(3) == 3u && bool('t')",
        "double('1e3') == 1000.0 && bytes('é').size() == 2",
        "string(b'a') == 'a' && int(-1.9) == -1",
    ],
)
def test_what_holds(expression: str) -> None:
    assert holds(expression)


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("1 / 0 == 1", "division by zero"),
        ("1 % 0 == 1", "modulus by zero"),
        ("9223372036854775807 + 1 > 0", "integer overflow"),
        ("0u - 1u > 0u", "unsigned integer overflow"),
        ("[1][1] == 1", "index out of bounds: 1"),
        ("{'a': 1}.b == 1", "no such key: b"),
        ("1 + 'a' == 2", "no such overload"),
        ("[true, 1 / 0 > 0].all(x, x)", "division by zero"),
        ("1 / 0 > 0 || false", "division by zero"),
        ("duration('x') > duration('1s')", "type conversion error from 'string'"),
        ("url('a b').getHost() == ''", "URL parse error"),
        ("'a'.charAt(2) == ''", "index out of range: 2"),
        ("[].max() == 1", "max called on empty list"),
        ("optional.none().value() == 1", "optional.none() dereference"),
        ("'a'.substring(1, 2, 3) == ''", "no such overload"),
        ("lists.range(3000000).all(x, true)", "lists.range makes at most"),
        ("1", "no such overload"),
    ],
)
def test_what_fails(expression: str, problem: str) -> None:
    with pytest.raises(CelError) as caught:
        holds(expression)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "a b",
        "'a",
        "1..2",
        "[1",
        "a.b(",
        "x ? 1",
        "if",
        "9223372036854775808",
        "'\\q'",
        "a[",
        "1 = 2",
    ],
)
def test_what_is_not_cel(text: str) -> None:
    with pytest.raises(CelSyntaxError, match=r"\(line \d+, column \d+\)$"):
        compile_rule(text, ANY)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("authorizer.path('/') == 1", "the function authorizer.path is not known"),
        ("self.x.unheardOf()", "the function unheardOf is not known"),
        ("'%f'.format([1.5]) == ''", "depends on a locale"),
        ("self.format(['a']) == ''", "depends on a locale"),
        ("other == 1", "other is not known"),
        ("(" * 51 + "1" + ")" * 51 + " == 1", "nested more than 50 deep"),
        ("[" * 9999, "nested more than 50 deep"),
        (" + ".join(["1"] * 3000) + " == 3000", "nested too deep"),
    ],
)
def test_what_is_not_evaluated(text: str, reason: str) -> None:
    with pytest.raises(NotEvaluable, match=reason.replace("(", r"\(")):
        compile_rule(text, ANY)


def test_what_is_nested_less_is_evaluated() -> None:
    assert holds("(" * 49 + "1" + ")" * 49 + " == 1")
    assert holds(" && ".join(["true"] * 2000))


def test_an_endless_walk_ends() -> None:
    items = list(range(300))
    with pytest.raises(CelError, match="more than 20000000 steps"):
        holds("self.all(a, self.all(b, self.all(c, true)))", items, {"type": "array", "items": {}})


def test_values_have_the_types_of_their_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a-b": {"type": "number"},
            "in": {"type": "string", "format": "date-time"},
            "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "none": {"type": "string", "nullable": True},
        },
    }
    value = {"a-b": 1, "in": "2024-01-01T00:00:00Z", "set": ["a", "b"], "none": None}
    for expression in (
        "type(self.a__dash__b) == double",
        "self.__in__.getFullYear() == 2024",
        "self.set == ['b', 'a'] && self.set + ['a', 'c'] == ['a', 'b', 'c']",
        "!has(self.none)",
        "has(self.set)",
    ):
        assert holds(expression, value, schema), expression
    assert compile_rule("self == oldSelf", schema).evaluate(value, {**value, "set": ["b", "a"]})


def test_a_message_is_one_line_or_none() -> None:
    assert compile_message("'is ' + self", {"type": "string"}).evaluate("a ") == "is a"
    for text in ("''", "'a\\nb'", "'  '"):
        with pytest.raises(CelError):
            compile_message(text, {"type": "string"}).evaluate("a")


INTS = st.integers(SMALLEST_INT, LARGEST_INT)


@given(left=INTS, right=INTS)
def test_integers_are_those_of_python_within_64_bits(left: int, right: int) -> None:
    value = {"a": left, "b": right}
    for sign, result in (("+", left + right), ("-", left - right), ("*", left * right)):
        rule = compile_rule(f"self.a {sign} self.b == self.c", ANY)
        if SMALLEST_INT <= result <= LARGEST_INT:
            assert rule.evaluate({**value, "c": result})
        else:
            with pytest.raises(CelError, match="overflow"):
                rule.evaluate({**value, "c": 0})
    if right and (left, right) != (SMALLEST_INT, -1):
        assert holds("(self.a / self.b) * self.b + self.a % self.b == self.a", value)


SIDES = ("true", "false", "1 / 0 > 0")


@given(left=st.sampled_from(SIDES), right=st.sampled_from(SIDES))
def test_the_order_of_and_and_or_makes_no_difference(left: str, right: str) -> None:
    def outcome(expression: str) -> object:
        try:
            return holds(expression)
        except CelError as error:
            return str(error)

    for sign in ("&&", "||"):
        assert outcome(f"{left} {sign} {right}") == outcome(f"{right} {sign} {left}")


@given(text=st.text("self.()[]{}'\"+-*/%<>=!&|?:,0123abc \n\\", max_size=30))
def test_any_text_is_a_rule_or_is_refused(text: str) -> None:
    try:
        rule = compile_rule(text, ANY)
        rule.evaluate({"a": 1})
    except (CelSyntaxError, NotEvaluable, CelError):
        pass
