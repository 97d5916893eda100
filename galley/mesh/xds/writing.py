"""Responses of xDS from forms: DiscoveryResponse and DeltaDiscoveryResponse, without the nonce."""

from collections.abc import Iterable

from galley.mesh.served import Served, name_of
from galley.mesh.xds.types import Type
from pipeline.encoding.protobuf.wire_format import nested, text
from pipeline.model import Key


def _identifier(served: Served) -> bytes:
    """What Envoy shows as `control_plane.identifier`: the channel's version."""
    return text(1, f"{served.line.channel.name}/{served.number}")


class StateOfTheWorld:
    """DiscoveryResponse with all there is."""

    def __init__(self, served: Served, asked: Type, more: Iterable[bytes] = ()) -> None:
        """`more`: forms besides, of what the client is to keep for now."""
        self._served = served
        self._asked = asked
        self._more = list(more)

    def head(self) -> list[bytes]:
        kept = f"+{len(self._more)}" if self._more else ""
        return [*sotw_head(self._served, self._asked, kept), *self._more]

    def entry(self, key: Key, form: bytes) -> bytes:  # noqa: ARG002  # the name is within
        return form


class Delta:
    """DeltaDiscoveryResponse with all there is."""

    def __init__(self, served: Served, asked: Type) -> None:
        self._served = served
        self._asked = asked

    def head(self) -> list[bytes]:
        return delta_head(self._served, self._asked)

    def entry(self, key: Key, form: bytes) -> bytes:
        return delta_entry(self._served, key, form)


def sotw_head(served: Served, asked: Type, mark: str = "") -> list[bytes]:
    """The fields of a DiscoveryResponse besides resources; `mark` goes behind the version."""
    return [
        text(1, served.version + mark),
        text(4, asked.url),
        nested(6, _identifier(served)),
    ]


def sotw_some(served: Served, asked: Type, keys: Iterable[Key]) -> tuple[list[bytes], int]:
    """A DiscoveryResponse with those of these that there are."""
    forms = [form for key in keys if (form := served.form(key)) is not None]
    return [*sotw_head(served, asked), *forms], len(forms)


def delta_head(served: Served, asked: Type) -> list[bytes]:
    """The fields of a DeltaDiscoveryResponse besides resources and removals."""
    return [
        text(1, served.version),
        text(4, asked.url),
        nested(7, _identifier(served)),
    ]


def delta_entry(served: Served, key: Key, form: bytes) -> bytes:
    """One resource: name, version and its form, which is the field that a Resource has for it."""
    return nested(2, text(3, name_of(key)) + text(1, served.version_of(key)) + form)


def delta_some(
    served: Served, asked: Type, keys: Iterable[Key], removed: Iterable[Key]
) -> tuple[list[bytes], int]:
    """A DeltaDiscoveryResponse with these: what is not there is removed."""
    parts, gone = delta_head(served, asked), list(removed)
    for key in keys:
        form = served.form(key)
        if form is None:
            gone.append(key)
        else:
            parts.append(delta_entry(served, key, form))
    parts += [text(6, name_of(key)) for key in gone]
    return parts, len(parts) - 3
