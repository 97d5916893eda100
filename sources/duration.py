"""Durations as people write them: `100ms`, `90s`, `1h30m`, `2d`."""

import re

UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def parse_duration(text: str) -> float:
    """Seconds of `90s`, `2h`, `1h30m`, or of a plain number.

    Raises:
        ValueError: it is none of these.
    """
    plain = text.strip().lower()
    parts = _PART.findall(plain)
    if parts and "".join(map("".join, parts)) == plain:
        return sum(float(number) * UNITS[unit] for number, unit in parts)
    if _NUMBER.fullmatch(plain):
        return float(plain)
    raise ValueError(f"{text[:100]!r} is not a duration; write it as 100ms, 90s, 2h or 1d")
