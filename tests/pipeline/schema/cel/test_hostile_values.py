"""Whatever stands in a resource, a function of CEL answers or says why not, and before long.

A value that made a function raise anything else, or count for hours, would take the worker of its
channel along. A hang is ended by the time limit of the tests.
"""

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.schema.cel import arithmetic
from pipeline.schema.cel.compile import _BINARY, _in
from pipeline.schema.cel.errors import CelError
from pipeline.schema.cel.functions import FUNCTIONS, MEMBERS
from pipeline.schema.cel.values import (
    NOTHING,
    Duration,
    MapList,
    Maybe,
    SetList,
    Timestamp,
    Type,
    Uint,
)
from pipeline.schema.formats import FORMATS

Function = Callable[..., Any]

MANY = 5000
LAST_INT, SECOND = 2**63 - 1, 10**9
TEXTS = (
    *(
        "",
        "a",
        "é",
        "½",
        "\x00",
        "a\x00b",
        ".",
        ":",
        "/",
        "\\",
        "(",
        "[",
        "%",
        "%zz",
        "%s %d %x %b %o %X",
    ),
    *("1" * MANY, "-" + "9" * MANY, "9" * MANY + "h", "1." + "2" * MANY, "1e999999999", "1e-99999"),
    *("nan", "inf", "1Ki", "1e5", "1.2." + "3" * MANY, "1.2.3-" + "4" * MANY),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00Z"),
    *("99:00", "-99:99", "../etc/passwd", "Asia/Tokyo", "America"),
    *("::1", "1.2.3.4/33", "10.0.0.0/8", "http://[::1", "http://a:" + "9" * MANY, "a{1000}{1000}"),
)
NUMBERS = (0, 1, -1, LAST_INT, -LAST_INT - 1, Uint(0), Uint(2**64 - 1))
DOUBLES = (0.0, -0.0, 1.5, 1e308, math.inf, -math.inf, math.nan)
COLLECTIONS: tuple[Any, ...] = (
    *([], [1], ["a", 1], [None], [[[]]], [2, 1], [Maybe(1)], ["%"], [math.nan, 1]),
    *({}, {"a": 1}, {1: 2}, SetList([1, 1]), MapList([{"k": 1}], ("k",)), MapList([1], ("k",))),
)
TIMES = (
    *(Duration(0), Duration(LAST_INT), Duration(-LAST_INT - 1)),
    *(Timestamp(-62135596800 * SECOND), Timestamp(253402300799 * SECOND)),
)
OF_KUBERNETES = (
    *(FUNCTIONS["ip"]("::1"), FUNCTIONS["cidr"]("10.0.0.0/8"), FUNCTIONS["semver"]("1.2.3-a.1")),
    *(FUNCTIONS["quantity"]("1e9999"), FUNCTIONS["quantity"]("1e-9999")),
    *(FUNCTIONS["url"]("http://u@a.b:80/c?d=e&f"), FUNCTIONS["format.dns1123Label"]()),
)
OTHERS = (True, None, b"\xff", NOTHING, Maybe(1), Type("int"))
VALUES = (*TEXTS, *NUMBERS, *DOUBLES, *COLLECTIONS, *TIMES, *OF_KUBERNETES, *OTHERS)
FEW = ("", "%s %d", "9" * MANY, 1, LAST_INT, math.nan, ["a", 1], {"a": 1}, Timestamp(0), None)

OPERATORS: Mapping[str, Function] = {
    **_BINARY,
    "-": arithmetic.subtract,
    "negate": arithmetic.negate,
    "in": _in,
}
CALLED: Mapping[str, Function] = {
    **{f"{name}()": function for name, function in FUNCTIONS.items()},
    **{f"x.{name}()": function for name, function in MEMBERS.items()},
    **OPERATORS,
}

_OF_ARITY = ("positional argument", "takes at least")

LENGTH = 60_000
UNITS = (
    *("a", "é", "1", "0", "-", " ", "@", '"', "\\", "<", "[", "(", "+", "µ"),
    *("a.", "1.", "é.", "a-", "-a", "1-", "1 ", "a ", "a@", "a<", "a/", "%41", '"a" '),
    *("1:", "0:", "ff:", "::1", "1h", "1m ", "1,", "1e", "rgb( "),
)
PREFIXES = ("", "a@", "1 ", "1.2.3-", "http://")
LONG_TEXTS = (
    *(prefix + unit * LENGTH for prefix in PREFIXES for unit in UNITS),
    *(unit * LENGTH + "!" for unit in UNITS),
)


@pytest.mark.parametrize("name", CALLED)
def test_a_function_answers_or_says_why_not(name: str) -> None:
    function = CALLED[name]
    for arguments in (
        *((value,) for value in VALUES),
        *itertools.product(VALUES, repeat=2),
        *itertools.product(FEW, repeat=3),
    ):
        _ask(function, arguments)


@pytest.mark.parametrize("name", CALLED)
def test_a_long_text_does_not_keep_a_function(name: str) -> None:
    for text in LONG_TEXTS:
        _ask(CALLED[name], (text,))


@pytest.mark.parametrize("name", FORMATS)
def test_a_long_text_does_not_keep_a_format(name: str) -> None:
    for text in LONG_TEXTS:
        FORMATS[name](text)


def _ask(function: Function, arguments: tuple[Any, ...]) -> None:
    """Fail where `function` raises what is neither a verdict nor a wrong number of arguments."""
    try:
        function(*arguments)
    except CelError:
        pass
    except TypeError as error:
        if not any(words in str(error) for words in _OF_ARITY):
            raise
