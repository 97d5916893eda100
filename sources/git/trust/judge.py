"""The judgement on one revision: is it signed as it should be, and may its authors do what they do.

What is wrong is a diagnostic that blocks the revision. Whatever keeps us from finding out blocks it
as well: without keys, or without the program that verifies, nothing is taken on trust.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from pipeline.model import Diagnostic
from pipeline.model.messages import trust as messages
from sources.git.objects import Objects, Signable
from sources.git.trust.history import Step, between, lasting
from sources.git.trust.keyring import KeysError
from sources.git.trust.rules import Author, Rule
from sources.git.trust.signatures import Signer
from sources.git.trust.signers import NotVouchedError, Signers
from sources.settings import TrustSettings

SHOWN = 20
"""How many diagnostics one revision gets."""

Collections: TypeAlias = Callable[[Objects, str, str], frozenset[str]]
"""The collections of the resources that a path of a tree holds; none where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judgement on a revision is."""

    errors: tuple[Diagnostic, ...] = ()
    """Why it must not be taken; empty if it may."""
    signer: str = ""
    """Whose key vouches for it."""


class ClosedError(Exception):
    """The judge was closed meanwhile: nobody wants to know any more."""


class Judge:
    """Judges the revisions of one source; everything blocks, so call it in a thread."""

    def __init__(self, settings: TrustSettings, collections: Collections) -> None:
        self._settings = settings
        self._collections = collections
        self._rules = tuple(map(Rule, settings.rules))
        self._signers = Signers(settings.keys)
        self._closed = threading.Event()

    def stale(self) -> bool:
        """Whether a judgement may be another one than the last: by other keys."""
        return self._signers.stale()

    def judge(self, objects: Objects, tip: str, base: str, tag: Signable | None) -> Verdict:
        """Judge what `tip` (reached by the annotated `tag`, if any) changes against the commit
        `base`, which is live; an empty `base` means that nothing is.

        Raises:
            ClosedError: it was closed meanwhile.
            DamagedError: the mirror cannot be read.
        """
        try:
            self._signers.refresh()
            signer = self._vouching(objects, tip, tag)
            offences = self._offences(objects, tip, base, signer)
            errors = tuple(islice(offences, SHOWN))
        except KeysError as error:
            return Verdict((messages.KEYS_UNUSABLE.report(problem=str(error)),))
        except NotVouchedError as error:
            return Verdict((error.diagnostic,))
        return Verdict(errors, str(signer) if signer and not errors else "")

    def close(self) -> None:
        """Remove what is kept on disk; a judgement under way in a thread ends soon."""
        self._closed.set()
        self._signers.close()

    def _vouching(self, objects: Objects, tip: str, tag: Signable | None) -> Signer | None:
        """Whose key vouches for the whole revision."""
        if self._settings.verify == "none":
            return None
        commit = Signable.commit(tip)
        if self._settings.verify == "commit":
            return self._signers.of(objects, commit)
        if tag is None:
            raise NotVouchedError(messages.NO_TAG.report(name=commit.name))
        return self._signers.of(objects, tag)

    def _offences(
        self, objects: Objects, tip: str, base: str, signer: Signer | None
    ) -> Iterator[Diagnostic]:
        """What somebody has changed who may not, newest first; who signs a tag answers for all."""
        if not self._rules or not base:
            return
        most = 0 if self._settings.verify == "tag" else self._settings.history
        remaining = lasting(objects, base, tip)
        for step in between(objects, base, tip, most):
            if self._closed.is_set():
                raise ClosedError
            known = signer if step.commit == tip else None
            author = Author(
                objects.committer(step.commit), known or self._signer(objects, step.commit)
            )
            yield from self._denied(objects, step, author, remaining)

    def _denied(
        self, objects: Objects, step: Step, author: Author, remaining: frozenset[str] | None
    ) -> Iterator[Diagnostic]:
        denying = [rule for rule in self._rules if not rule.allows(author)]
        paths = step.paths if remaining is None else step.paths & remaining
        for path in sorted(paths) if denying else ():
            for rule in denying:
                if what := self._covered(rule, objects, step, path):
                    name = Signable.commit(step.commit).name
                    yield messages.NOT_ALLOWED.report(
                        name=name, who=author, what=what, allowed=rule.allowed
                    ).at("", _shown(path))
                    break

    def _covered(self, rule: Rule, objects: Objects, step: Step, path: str) -> str:
        """What of a path the rule is about; empty if nothing is."""
        if rule.covers(path):
            return _shown(path)
        if not rule.by_collection:
            return ""
        held = self._collections(objects, objects.tree(step.commit), path)
        if step.before:
            held |= self._collections(objects, step.before, path)
        found = rule.covered(held)
        return f"a resource of {found} in {_shown(path)}" if found else ""

    def _signer(self, objects: Objects, commit: str) -> Signer | None:
        """Whose key has signed a commit on the way; it need not be signed at all."""
        if not any(rule.by_signer for rule in self._rules):
            return None
        try:
            return self._signers.of(objects, Signable.commit(commit))
        except NotVouchedError as error:
            if error.undecided:
                raise
            return None


def _shown(path: str) -> str:
    """A path as text: what is not UTF-8 in it is replaced."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
