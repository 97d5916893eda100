"""What a cluster needs to become warm: its endpoints, sent right behind it, changed or not.

Envoy warms a cluster that was added or changed until a response for its endpoints comes. For those
that it watches already it says nothing in delta, and what it says in state of the world looks like
an acknowledgement; and it withholds the acknowledgement of the clusters meanwhile.
"""

from collections.abc import Iterable

from galley.mesh.served import Served
from pipeline.encoding.envoy import endpoints_of
from pipeline.encoding.protobuf.wire_format import fields
from pipeline.model import Key


def endpoints_for(clusters: Served, changed: Iterable[Key]) -> set[str]:
    """Names of the ClusterLoadAssignments that these clusters fetch."""
    forms = (clusters.form(key) for key in changed)
    return {name for form in forms if form and (name := endpoints_of(_message(form)))}


def _message(form: bytes) -> bytes:
    """The message in a form: an `Any` in a field."""
    ((_, packed),) = fields(form)
    return next(_bytes(value) for number, value in fields(_bytes(packed)) if number == 2)


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise TypeError("a number where a message should be")
    return value
