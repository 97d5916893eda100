"""How facts read: digests, times, resources, diagnostics, safe for a terminal."""

import json
import time
from collections.abc import Mapping
from typing import Any

from galley.times import ago, duration

SHORT = 12
"""Characters of a digest that people see."""
COMMIT = 7
"""Characters of a revision's name that people see among other things."""
WIDEST = 400
"""Characters of a field's value that people see."""


def clean(value: object) -> str:
    """Text without control characters: configuration must not steer the reader's terminal."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _visible(each) for each in text)


def _visible(character: str) -> str:
    if character in "\n\t":
        return " "
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"


def short(digest: str) -> str:
    """A digest's beginning; `-` for none."""
    return digest[:SHORT] or "-"


def when(moment: float) -> str:
    """`2m ago`; `-` for never."""
    return ago(moment, time.time()) if moment else "-"


def age(moment: float) -> str:
    """How long ago, without the word: `2m`; `-` for never."""
    return duration(max(0.0, time.time() - moment)) if moment else "-"


def span(seconds: float) -> str:
    """`1h5m`; `-` for nothing."""
    return duration(seconds) if seconds else "-"


def place(found: Mapping[str, Any]) -> str:
    """`gateways.yaml:12:5@a1b2c3d`, as far as it is known; `-` if not at all."""
    parts = [found.get("file"), found.get("line"), found.get("column")]
    text = ":".join(str(part) for part in parts if part) or found.get("source") or "-"
    return f"{text}@{revision(found['revision'])}" if found.get("revision") else text


def revision(text: str) -> str:
    """A commit's beginning; what is short is told whole, as a resourceVersion must be."""
    return text if len(text) <= SHORT else text[:COMMIT]


def incarnation(found: Mapping[str, Any]) -> str:
    """`generation 4, uid 6f2d…`, as far as a cluster has told; empty elsewhere."""
    parts = (("generation", found.get("generation")), ("uid", found.get("uid")))
    return ", ".join(f"{name} {said}" for name, said in parts if said)


def commit(found: dict[str, Any]) -> str:
    """A revision on one line: `a1b2c3d Route reviews to v2 (Ann)`."""
    author = found["author"].partition(" <")[0]
    parts = (found["id"][:COMMIT], found["subject"], f"({author})" if author else "")
    return " ".join(part for part in parts if part)


def commits(found: list[dict[str, Any]], total: int) -> str:
    """The newest of some revisions, and how many more there are."""
    more = f" and {total - 1} more" if total > 1 else ""
    return commit(found[0]) + more if found else ""


def diagnostic(found: Mapping[str, Any]) -> str:
    """One line, as compilers write them: place, level, code, resource, message."""
    head = f"{place(found)}: {found['level']} {found['code']}"
    subject = f" {name(found['resource'])}" if found.get("resource") else ""
    return clean(f"{head}{subject}: {found['message']}")


def name(key: str) -> str:
    """A key as people write it: `VirtualService/prod/reviews`, `Gateway/shared`."""
    parts = key.split("/", 3)
    if len(parts) != 4:
        return key
    _, kind, namespace, own = parts
    return "/".join(part for part in (kind, namespace, own) if part)


def counts(of: dict[str, Any]) -> str:
    """`+3 ~1 -2`; `=` when nothing differs."""
    marks = (("+", "added"), ("~", "changed"), ("-", "deleted"))
    return " ".join(f"{mark}{of[key]}" for mark, key in marks if of.get(key)) or "="


def value(of: object) -> str:
    """The beginning of a field's value, a text as it is."""
    text = of if isinstance(of, str) else json.dumps(of, ensure_ascii=False)
    return text if len(text) <= WIDEST else text[:WIDEST] + "…"


def plural(number: int, noun: str) -> str:
    """`1 resource`, `2 resources`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
