"""Label selectors, checked where they are written and not by a cluster's refusal."""

import re

_NAME = r"(?:[A-Za-z0-9][-A-Za-z0-9.]*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?"
_VALUE = r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?"
_REQUIREMENT = re.compile(
    rf"\s*(?:!\s*{_NAME}"
    rf"|{_NAME}(?:\s*(?:==?|!=)\s*{_VALUE}"
    rf"|\s+(?:in|notin)\s*\(\s*{_VALUE}(?:\s*,\s*{_VALUE})*\s*\))?)\s*"
)
_COMMA = re.compile(r",(?![^(]*\))")
"""A comma that stands between requirements and not between values."""


def label_selector(text: str) -> str:
    """A label selector as the API server takes it; empty selects all.

    Raises:
        ValueError: it is none.
    """
    for part in _COMMA.split(text) if text.strip() else ():
        if not _REQUIREMENT.fullmatch(part):
            raise ValueError(
                f"{part.strip()[:100]!r} is no requirement of labels; write app=web, app!=web, "
                "app in (a, b), app or !app"
            )
    return text.strip()
