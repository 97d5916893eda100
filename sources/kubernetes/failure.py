"""Why a cluster, or a kind of it, cannot be read, in the words of a diagnostic."""

from pipeline.model import Diagnostic
from pipeline.model.messages import kubernetes as messages

GONE = 410
"""What the API server answers about a resourceVersion, or a page, that it no longer has."""


class UnreachableError(Exception):
    """The cluster as a whole cannot be read now; `report` is what people are told."""

    def __init__(self, report: Diagnostic) -> None:
        super().__init__(report.message)
        self.report = report


class AnsweredError(Exception):
    """The API server answers with an error; it is up, so other questions may fare better."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status} {said}")
        self.status = status
        self.said = said

    @property
    def final(self) -> bool:
        """Whether it is about what was asked, and not about the moment."""
        return self.status in {400, 403, 404, 405, 406, 422}


def refusal(error: AnsweredError, resource: str, place: str) -> Diagnostic:
    """What people are told of a kind that cannot be read."""
    if error.status == 403:
        return messages.KIND_FORBIDDEN.report(resource=resource, place=place, problem=error.said)
    if error.status == 404:
        return messages.KIND_MISSING.report(resource=resource)
    return messages.KIND_UNREADABLE.report(resource=resource, place=place, problem=error.said)
