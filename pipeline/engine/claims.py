"""Who supplies a key: the claims of all sources, and the rules by which one of them wins.

The highest rank that claims a key supplies it. Between equal ranks the accepted owner keeps it and
the newcomer's unit is refused; two newcomers are both refused. So is a second place of one source,
also where another source outranks it. A winner that is broken or stale keeps its accepted input: a
lower rank never steps in for it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from pipeline.engine.inputs import Unit
from pipeline.model import Diagnostic, Key, Located
from pipeline.model.messages.gate import KEY_CLAIMED


class Claim(NamedTuple):
    """One locator's claim on a key."""

    held: Located
    unit: Unit | None
    """The selected change unit that makes it; None for accepted content."""
    owner: bool
    """Whether the locator's claim on the key was accepted before."""


@dataclass(slots=True)
class Claims:
    """The accepted claims by key; almost every key has one, so one is kept without a list."""

    _claims: dict[Key, Located | tuple[Located, ...]] = field(default_factory=dict)

    def copy(self) -> "Claims":
        """The same claims; what becomes of the one is not seen in the other."""
        return Claims(dict(self._claims))

    def of(self, key: Key) -> tuple[Located, ...]:
        held = self._claims.get(key, ())
        return held if isinstance(held, tuple) else (held,)

    def put(self, item: Located) -> None:
        """Enter the claim of a locator, in the place of the one that it had on the key."""
        key = item.resource.key
        others = tuple(other for other in self.of(key) if not same_locator(other, item))
        self._claims[key] = (*others, item) if others else item

    def __iter__(self) -> Iterator[Key]:
        return iter(self._claims)

    def discard(self, item: Located) -> None:
        """Take back the claim that this locator has on the key."""
        key = item.resource.key
        rest = tuple(other for other in self.of(key) if not same_locator(other, item))
        if not rest:
            self._claims.pop(key, None)
        else:
            self._claims[key] = rest[0] if len(rest) == 1 else rest


@dataclass(frozen=True, slots=True)
class Resolution:
    """Which input each affected key would have, and whose claim cannot stand."""

    winners: Mapping[Key, Located | None]
    conflicts: Mapping[Unit, tuple[Diagnostic, ...]]


def resolve(
    keys: Iterable[Key], claims_on: Callable[[Key], Iterable[Claim]], rank: Callable[[str], int]
) -> Resolution:
    """Decide each key among its claims."""
    winners: dict[Key, Located | None] = {}
    conflicts: dict[Unit, list[Diagnostic]] = {}
    for key in keys:
        claims = sorted(claims_on(key), key=_place)
        best = max((rank(claim.held.origin.source) for claim in claims), default=0)
        leaders = [claim for claim in claims if rank(claim.held.origin.source) == best]
        winners[key] = leaders[0].held if len(leaders) == 1 else _owner(leaders)
        outranked = [claim for claim in claims if claim not in leaders]
        for claim, other in (*_losers(leaders), *_twice(outranked)):
            if claim.unit is not None:
                conflict = KEY_CLAIMED.report(key=key, name=key, other=other.held.origin)
                conflicts.setdefault(claim.unit, []).append(conflict.at_origin(claim.held.origin))
    return Resolution(winners, {unit: tuple(found) for unit, found in conflicts.items()})


def same_locator(one: Located, other: Located) -> bool:
    """Whether two resources were read at the same place."""
    return (one.origin.source, one.origin.locator) == (other.origin.source, other.origin.locator)


def _place(claim: Claim) -> tuple[str, str]:
    return claim.held.origin.source, claim.held.origin.locator


def _owner(leaders: list[Claim]) -> Located | None:
    """Among equal ranks: the accepted one; None while only newcomers claim the key."""
    return next((claim.held for claim in leaders if claim.owner), None)


def _twice(claims: list[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """Claims that collide with another one of the same source; they are in order of sources."""
    for _, mine in groupby(claims, key=lambda claim: claim.held.origin.source):
        yield from _losers(list(mine))


def _losers(leaders: list[Claim]) -> list[tuple[Claim, Claim]]:
    """Each claim that cannot stand, with the one that it collides with."""
    if len(leaders) < 2:
        return []
    owner = next((claim for claim in leaders if claim.owner), None)
    if owner is not None:
        return [(claim, owner) for claim in leaders if claim is not owner]
    return [(claim, leaders[1] if claim is leaders[0] else leaders[0]) for claim in leaders]
