"""The API server asked about an object, and our validator asked the same."""

import http.client
import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline import schema
from pipeline.model import Key, Resource
from pipeline.model.messages import schema as messages
from pipeline.schema import SchemaText, phrases
from pipeline.schema.set import Compiled
from tests.cluster.server import ADMIN, CRDS, DEADLINE, Cluster

_UNKNOWN = re.compile(r'unknown field "([^"]*)"')
_ALTERNATIVES = re.compile(
    r'"([^"]*)" must (?:not validate|validate at least|validate one and only)'
)
_REMARK = re.compile("must validate all|some validation rules were not checked")
_RANGE = re.compile(r"value must be of type .* in ([^ ]+)$")
_AT_ONCE = re.compile(r"cannot be handled as a [A-Za-z]+: ([^ ]+): Invalid value")
OUTSIDE = ("apiVersion", "kind", "metadata", "status")


IDLE = 30.0
"""Seconds after which a connection is not used again; an API server ends it after 90."""


@dataclass(frozen=True)
class Verdict:
    """What somebody says of an object."""

    fields: frozenset[str]
    """What is refused; empty: nothing is."""
    digest: bytes = b""
    """Of the object as it would be stored, if nothing is refused."""
    said: str = ""
    first: bool = False
    """Whether it stopped at the first thing that is wrong."""


class Oracle:
    """One API server with CRDs installed, over one connection."""

    def __init__(self, cluster: Cluster) -> None:
        trust = ssl.create_default_context(cafile=str(cluster.authority))
        self._connection = http.client.HTTPSConnection(
            "127.0.0.1", cluster.port, context=trust, timeout=DEADLINE
        )
        self._asked = 0.0

    def close(self) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and body of an answer."""
        headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/json"}
        said = None if body is None else json.dumps(body)
        if time.monotonic() - self._asked > IDLE:
            self._connection.close()  # opened again by the request
        self._connection.request(method, path, said, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        self._asked = time.monotonic()
        return answer.status, json.loads(text) if text.startswith(b"{") else text

    def install(self, crd: Mapping[str, Any]) -> None:
        """Have the server serve a CRD, in the place of one with the same name."""
        name = crd["metadata"]["name"]
        status, said = self.ask("GET", f"{CRDS}/{name}")
        if status == 200:
            version = said["metadata"]["resourceVersion"]
            status, said = self.ask(
                "PUT",
                f"{CRDS}/{name}",
                {**crd, "metadata": {"name": name, "resourceVersion": version}},
            )
        else:
            status, said = self.ask("POST", CRDS, crd)
        assert status in (200, 201), said["message"]
        subject = Subject.of(crd)
        path, deadline = f"{subject.path}?dryRun=All", time.monotonic() + DEADLINE
        while self.ask("POST", path, subject.head("probe"))[0] not in (201, 422):
            assert time.monotonic() < deadline, f"{path} is not served"

    def await_refusal(self, subject: "Subject", body: Mapping[str, Any]) -> None:
        """Until the server knows a CRD in the version that refuses this."""
        deadline = time.monotonic() + DEADLINE
        while not self.judge(subject, body).fields:
            assert time.monotonic() < deadline, "the CRD does not come into force"

    def judge(self, subject: "Subject", body: Mapping[str, Any], name: str = "main") -> Verdict:
        """What the server says of creating an object, without doing it."""
        status, said = self.ask(
            "POST",
            f"{subject.path}?dryRun=All&fieldValidation=Strict",
            {**subject.head(name), **body},
        )
        return self._verdict(subject, status, said, name)

    def change(self, subject: "Subject", name: str, body: Mapping[str, Any]) -> Verdict:
        """What the server says of replacing an object, without doing it."""
        path = f"{subject.path}/{name}"
        _, held = self.ask("GET", path)
        version = held["metadata"]["resourceVersion"]
        head = subject.head(name)
        head["metadata"]["resourceVersion"] = version
        status, said = self.ask(
            "PUT", f"{path}?dryRun=All&fieldValidation=Strict", {**head, **body}
        )
        return self._verdict(subject, status, said, name)

    def _verdict(self, subject: "Subject", status: int, said: Any, name: str) -> Verdict:
        if status in (200, 201):
            kept = {field: held for field, held in said.items() if field not in OUTSIDE}
            return Verdict(frozenset(), subject.resource(kept, name).digest)
        at_once = _AT_ONCE.search(said["message"])
        if at_once:
            return Verdict(frozenset((_plain(at_once[1]),)), said=said["message"], first=True)
        return Verdict(frozenset(_refused(said)), said=said["message"])


def _refused(said: Mapping[str, Any]) -> Iterator[str]:
    """The fields that an answer names, in one form of writing."""
    unknown = _UNKNOWN.findall(said["message"])
    if unknown:
        yield from map(_plain, unknown)
        return
    causes = (said.get("details") or {}).get("causes") or ()
    assert causes, said["message"]
    for cause in causes:
        alternatives, ranged = (p.search(cause["message"]) for p in (_ALTERNATIVES, _RANGE))
        field = (alternatives or ranged or [None, cause["field"]])[1]
        if field == "<nil>" and not _REMARK.search(cause["message"]):
            yield phrases.field(())
        elif field != "<nil>":
            yield _plain(field.replace("\\u00a0", "\u00a0"))  # quoted as Go quotes


def _plain(field: str) -> str:
    """`spec.labels[a.b]` and `spec.labels.a.b` name one field, `spec.ports[80]` may be of a map."""
    dotted = re.sub(r"\[(?![0-9]+\])([^\]]*)\]", r".\1", field)
    return re.sub(r"\.([0-9]+)(?=[.\[]|$)", r"[\1]", dotted).strip(".")


@dataclass(frozen=True)
class Subject:
    """One kind, known to both."""

    crd: Mapping[str, Any]
    compiled: Compiled

    @classmethod
    def of(cls, crd: Mapping[str, Any]) -> "Subject":
        text = SchemaText("crd.json", json.dumps(crd))
        (compiled,) = schema.build([text]).compiled.values()
        return cls(crd, compiled)

    @property
    def body(self) -> Mapping[str, Any]:
        """The structural schema of a body."""
        versions = self.crd["spec"]["versions"]
        stored = next(version for version in versions if version["storage"])
        whole: Mapping[str, Any] = stored["schema"]["openAPIV3Schema"]
        fields = {n: s for n, s in whole["properties"].items() if n not in OUTSIDE}
        return {**whole, "properties": fields}

    @property
    def path(self) -> str:
        kind = self.compiled.kind
        scope = "/namespaces/default" if kind.namespaced else ""
        root = "/apis" if kind.group else "/api"
        return f"{root}/{kind.api_version}{scope}/{kind.plural}"

    def head(self, name: str) -> dict[str, Any]:
        kind = self.compiled.kind
        return {
            "apiVersion": kind.api_version,
            "kind": kind.kind,
            "metadata": {"name": name},
        }

    def resource(self, body: Mapping[str, Any], name: str = "main") -> Resource:
        kind = self.compiled.kind
        return Resource.build(Key(kind.collection, "default", name), kind.api_version, body=body)

    def judge(self, body: Mapping[str, Any], name: str = "main") -> Verdict:
        """What our validator says."""
        return self._verdict(None, self.resource(body, name))

    def _verdict(self, before: Resource | None, after: Resource) -> Verdict:
        found = list(self.compiled.validator.update(before, after))
        if found:
            return self._refusing(found)
        kept, _ = self.compiled.validator.judge(after, after.document())
        return Verdict(
            frozenset(),
            after.digest if kept is None else self.resource(kept, after.key.name).digest,
        )

    def change(self, old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> Verdict:
        """What our validator says of an update."""
        return self._verdict(self.resource(old, name), self.resource(new, name))

    def _refusing(self, found: list[Any]) -> Verdict:
        unknown = [one for one in found if one.message is messages.UNKNOWN_FIELD]
        fields = (
            one.facts["field"] if one.message is messages.MISSING_FIELD else phrases.field(one.path)
            for one in unknown or found
        )
        said = "; ".join(f"{phrases.field(one.path)}: {dict(one.facts)}" for one in found)
        return Verdict(frozenset(_dotted(field) for field in fields), said=said)


def _dotted(field: str) -> str:
    return _plain(re.sub(r'\["((?:[^"\\]|\\.)*)"\]', r".\1", field))


def differences(ours: Verdict, theirs: Verdict) -> str:
    """What the two disagree on; empty: nothing."""
    if bool(ours.fields) != bool(theirs.fields):
        return f"ours: {ours.said or 'fine'}; theirs: {theirs.said or 'fine'}"
    if not ours.fields:
        return "" if ours.digest == theirs.digest else "another object would be stored"
    alternatives = tuple(
        f"{_plain(found)}{mark}" for found in _ALTERNATIVES.findall(theirs.said) for mark in ".["
    )  # of alternatives, the server tells what is wrong with the nearest one
    named = {one for one in ours.fields if not one.startswith(alternatives)}
    missed = {one for one in theirs.fields if not one.startswith(alternatives)} - named
    if theirs.first:  # of metadata, the server tells no more than that
        within = tuple(f"{field}." for field in theirs.fields)
        missed = set() if any(one.startswith(within) for one in ours.fields) else missed
    more = set() if theirs.first else named - theirs.fields
    if missed or more:
        return f"missed {missed}, too many {more}; ours: {ours.said}; theirs: {theirs.said}"
    return ""
