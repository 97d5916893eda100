"""Of values at the ends of what can be written, our validator says what a real API server says."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.conformance.crds.oracle import Oracle, Subject, differences

LONG = 5000
YEAR_1, YEAR_9999 = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"


def clock(at: str, zone: str, year: int, day: int, hour: int) -> dict[str, Any]:
    return {"clock": {"at": at, "zone": zone, "year": year, "day": day, "hour": hour}}


def span(text: str, nanoseconds: int) -> dict[str, Any]:
    return {"span": {"text": text, "is": f"{nanoseconds}ns"}}


def wordy(text: str, nanoseconds: int) -> dict[str, Any]:
    return {"wordy": {"text": text, "is": f"{nanoseconds}ns"}}


def ports(*numbers: int) -> dict[str, Any]:
    return {"ports": [{"number": number} for number in numbers]}


GOOD: Mapping[str, dict[str, Any]] = {
    "beyond the last year": clock(YEAR_9999, "Asia/Tokyo", 10000, 0, 8),
    "before the first year": clock(YEAR_1, "-01:30", 0, 365, 22),
    "the last year": clock(YEAR_9999, "", 9999, 364, 23),
    "the first year, as the sun stood": clock(YEAR_1, "Europe/Berlin", 1, 0, 0),
    "a zone four days away": clock("2024-02-29T00:00:00Z", "99:00", 2024, 63, 3),
    "a zone four days the other way": clock("2024-02-29T00:00:00Z", "-99:30", 2024, 54, 20),
    "an int behind zeros": {"number": "0" * LONG + "7"},
    "the smallest int": {"number": "-9223372036854775808"},
    "a uint behind zeros": {"unsigned": "0" * LONG + "7"},
    "as many ports as may be, each once": ports(*range(256)),
    "a quantity larger than a double": {"quantity": "1" * 400},
    "a quantity with a large exponent": {"quantity": "1e5000"},
    "a binary quantity": {"quantity": "-" + "9" * 40 + "Ei"},
    "the longest span": span("9223372036854775807ns", 2**63 - 1),
    "a span of many decimals": span("0." + "123456789" * 400 + "h", 444444440844),
    "a span of a small part": span("1." + "0" * 40 + "1s", 10**9),
    "a span of 19 decimals that fit": span("0.9223372036854775807s", 922337203),
    "a span of 19 decimals that do not fit": span("0.9999999999999999999s", 10**9),
    "a wordy span": wordy("2 weeks", 14 * 86400 * 10**9),
    "a wordy span that wraps around": wordy("9223372036854775807 s", -(10**9)),
    "a long wordy span": wordy("0" * LONG + "3 days", 3 * 86400 * 10**9),
    "a version behind zeros": {"version": "1.2.3-a" + "0" * LONG},
    "an address behind a long name": {"email": "a" * LONG + " <a@b.c>"},
}
BAD: Mapping[str, dict[str, Any]] = {
    "another year": clock(YEAR_9999, "Asia/Tokyo", 9999, 0, 8),
    "no zone": clock(YEAR_1, "America", 1, 0, 0),
    "a long int": {"number": "9" * LONG},
    "an int that is one too large": {"number": "9223372036854775808"},
    "an int that is one too small": {"number": "-9223372036854775809"},
    "a long uint": {"unsigned": "9" * LONG},
    "a uint that is one too large": {"unsigned": "18446744073709551616"},
    "as many ports as may be, one twice": ports(*range(255), 0),
    "a port too many": ports(*range(257)),
    "another span": span("0.9999999999999999999s", 999999999),
    "a span that is too long": span("9" * LONG + "h", 0),
    "a span of one nanosecond too much": span("9223372036854775808ns", 0),
    "a wordy span without words": wordy("1" * LONG, 0),
    "a wordy span with too large a number": wordy("9" * LONG + " days", 0),
    "a version with too large a number": {"version": "1.2.18446744073709551616"},
    "a pre-release with too large a number": {"version": "1.2.3-18446744073709551616"},
    "a long version": {"version": "1.2." + "9" * LONG},
    "a long name without an address": {"email": "a" * LONG},
    "names without an address": {"email": "a b " * (LONG // 4)},
}


@pytest.mark.parametrize("case", GOOD)
def test_both_take_it(oracle: Oracle, subjects: Mapping[str, Subject], case: str) -> None:
    assert _outcome(oracle, subjects["Extreme"], GOOD[case]) == ("", False)


@pytest.mark.parametrize("case", BAD)
def test_both_refuse_it(oracle: Oracle, subjects: Mapping[str, Subject], case: str) -> None:
    assert _outcome(oracle, subjects["Extreme"], BAD[case]) == ("", True)


@pytest.mark.parametrize("last", [256, 1])
def test_as_many_ports_as_istio_lets_an_entry_have(
    oracle: Oracle, istio: Mapping[str, Subject], last: int
) -> None:
    """Each is compared with each by a rule: they are unique, or the first is there again."""
    numbers = [*range(1, 256), last]
    held = [{"name": f"port-{place}", "number": each} for place, each in enumerate(numbers)]
    body = {"spec": {"hosts": ["shop.example.com"], "ports": held}}
    entry = istio["ServiceEntry"]
    ours = entry.judge(body)
    assert differences(ours, oracle.judge(entry, body)) == ""
    assert bool(ours.fields) is (last == 1)


def _outcome(oracle: Oracle, subject: Subject, spec: dict[str, Any]) -> tuple[str, bool]:
    """What the two disagree on, and whether they refuse it."""
    body = {"spec": spec}
    ours = subject.judge(body)
    return differences(ours, oracle.judge(subject, body)), bool(ours.fields)
