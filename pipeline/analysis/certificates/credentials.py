"""Secrets that a server cannot serve with, or whose certificate is for other hosts.

Whether a Secret exists is asked by `references`; here it does. Where the name may mean several,
nothing is said as long as one of them will do.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import workloads
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.certificates.facts import Facts, covers, facts_in, names_of, problem_of
from pipeline.analysis.certificates.uses import USERS, Sought, Use, seek, selector_in, uses_of
from pipeline.analysis.others import MOST, a_few
from pipeline.analysis.targets import SECRET_BY_NAME
from pipeline.model import Diagnostic, Key, Level, Resource
from pipeline.model.messages import certificates as messages
from pipeline.stage import Reader


class Credentials:
    """Reports Secrets in the wrong place, without what it takes, or for other hosts."""

    metadata = Metadata(
        name="credentials",
        description="Secrets that a gateway or an Ingress cannot serve its hosts with.",
        codes=frozenset(
            each.code
            for each in (
                messages.CREDENTIAL_ELSEWHERE,
                messages.CREDENTIAL_UNFIT,
                messages.HOST_NOT_COVERED,
            )
        ),
        handles=USERS,
        reads=frozenset({kinds.SECRET}),
        indexes=frozenset({SECRET_BY_NAME, *workloads.INDEXES}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each Secret that is named and held."""
        mine, selector = subject.resource.key, selector_in(subject.document)
        for use in uses_of(subject.resource, subject.document):
            sought = seek(subject.reader, use, selector)
            if not sought.found and sought.elsewhere:
                yield _misplaced(mine, use, sought, subject.doubt)
            yield from _judged(subject.reader, mine, use, sought.found)


def _misplaced(mine: Key, use: Use, sought: Sought, level: Level | None) -> Diagnostic:
    return messages.CREDENTIAL_ELSEWHERE.report(
        key=mine,
        path=use.path,
        related=[each.key for each in sought.elsewhere[:MOST]],
        level=level,
        name=use.name,
        places=a_few(sorted({each.key.namespace for each in sought.elsewhere})),
        wanted=a_few(sorted(sought.places)),
    )


def _judged(reader: Reader, mine: Key, use: Use, found: tuple[Resource, ...]) -> list[Diagnostic]:
    """What is wrong with the first of the Secrets that a name may mean; nothing if one will do."""
    first: list[Diagnostic] = []
    for each in found:
        problems = list(_problems(reader, mine, use, each.key, facts_in(each.document())))
        if not problems:
            return []
        first = first or problems
    return first


def _problems(
    reader: Reader, mine: Key, use: Use, secret: Key, facts: Facts
) -> Iterator[Diagnostic]:
    """What is wrong with one Secret for one use."""
    shown = f"{secret.namespace}/{secret.name}"
    verifies = use.verifies and not _has_authority_beside(reader, secret)
    if problem := problem_of(facts, verifies=verifies):
        yield messages.CREDENTIAL_UNFIT.report(
            key=mine,
            path=use.path,
            related=[secret],
            level=None if problem.contradicts else Level.WARNING,
            secret=shown,
            problem=problem.text,
        )
        return
    names = names_of(facts)
    if names is None:
        return
    for path, host in use.hosts:
        if not any(covers(name, host) for name in names):
            yield messages.HOST_NOT_COVERED.report(
                key=mine,
                path=path,
                related=[secret],
                secret=shown,
                host=host,
                names=a_few(names) or "no host at all",
            )


def _has_authority_beside(reader: Reader, secret: Key) -> bool:
    """Istio also takes the authority from a Secret of its own."""
    beside = reader.get(Key(kinds.SECRET, secret.namespace, f"{secret.name}-cacert"))
    return beside is not None
