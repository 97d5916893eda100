"""What stands under `spec`, written; everything that keeps it from that, as diagnostics."""

from collections.abc import Callable, Iterator, Sequence

from pipeline.encoding.protobuf import MOST_PROBLEMS, Problem, UnwritableError
from pipeline.encoding.wire import UncarriableError
from pipeline.model import Diagnostic, Document, Resource
from pipeline.model.messages import encoding as messages
from pipeline.schema import phrases

_BODY = "spec"


def body_of(
    resource: Resource, document: Document, write: Callable[[object], bytes], clients: str
) -> bytes:
    """The bytes that `write` makes of the body; there is no place for anything beside it.

    Args:
        resource: whose body it is.
        document: the resource decoded.
        write: from the body to bytes; raises UnwritableError.
        clients: who has to take it, in a sentence: `Istio 1.4 on the mcp wire`.

    Raises:
        UncarriableError: it does not fit.
    """
    problems = [_stray(resource, name) for name in document.body if name != _BODY]
    content = b""
    try:
        content = write(document.body.get(_BODY) or {})
    except UnwritableError as error:
        problems += error.below(_BODY)
    if problems:
        raise UncarriableError(_diagnostics(resource, problems, clients))
    return content


def _stray(resource: Resource, name: str) -> Problem:
    """A field beside the body."""
    holder = resource.key.collection.rpartition("/")[2]
    return Problem(messages.UNKNOWN_FIELD, {"holder": holder, "hint": ""}, (name,))


def _diagnostics(
    resource: Resource, problems: Sequence[Problem], clients: str
) -> Iterator[Diagnostic]:
    for problem in problems[:MOST_PROBLEMS]:
        yield problem.message.report(
            key=resource.key,
            path=problem.path,
            field=phrases.field(problem.path),
            clients=clients,
            **problem.facts,
        )
    if len(problems) > MOST_PROBLEMS:
        yield messages.MORE_PROBLEMS.report(key=resource.key, clients=clients)
