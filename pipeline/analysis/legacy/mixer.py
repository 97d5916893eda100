"""What Mixer drops without a word: adapters that it has not, and instances of a wrong template."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.legacy import kinds as old
from pipeline.analysis.legacy.targets import in_mixer
from pipeline.loose import inside, items, text
from pipeline.model import Diagnostic, Key, Path, Resource
from pipeline.model.messages import legacy as messages
from pipeline.stage import Reader

_EVERY = "authorization checknothing edge listentry logentry metric quota reportnothing tracespan"
_TAKEN = {
    "bypass": f"{_EVERY} apikey kubernetes",
    "circonus": "metric",
    "cloudwatch": "logentry metric",
    "denier": "checknothing listentry quota",
    "dogstatsd": "metric",
    "fluentd": "logentry",
    "kubernetesenv": "kubernetes",
    "listchecker": "listentry",
    "memquota": "quota",
    "noop": f"{_EVERY} apikey",
    "opa": "authorization",
    "prometheus": "metric",
    "rbac": "authorization",
    "redisquota": "quota",
    "signalfx": "metric tracespan",
    "solarwinds": "logentry metric",
    "stackdriver": "edge logentry metric tracespan",
    "statsd": "metric",
    "stdio": "logentry metric",
    "zipkin": "tracespan",
}
TAKEN: Mapping[str, frozenset[str]] = {
    adapter: frozenset(templates.split()) for adapter, templates in _TAKEN.items()
}
"""By adapter that is compiled in, the templates whose instances it takes."""
_TEMPLATES = frozenset(each.rpartition("/")[2] for each in old.INSTANCES - {old.INSTANCE})

_ACTIONS = Fields((("spec.actions.*", None),))
_COMPILED = {old.HANDLER: "compiledAdapter", old.INSTANCE: "compiledTemplate"}


class CompiledIn:
    """Reports adapters and templates that are not compiled into Mixer."""

    metadata = Metadata(
        name="compiled-in",
        description="Mixer adapters and templates that do not exist.",
        codes=frozenset({messages.NOT_COMPILED_IN.code}),
        handles=frozenset(_COMPILED),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare the name with those that there are."""
        key = subject.resource.key
        field = _COMPILED[key.collection]
        name = text(subject.document.body.get("spec"), field)
        known = TAKEN if key.collection == old.HANDLER else _TEMPLATES
        if name and name not in known:
            what = field.removeprefix("compiled").lower()
            yield messages.NOT_COMPILED_IN.report(
                key=key, path=("spec", field), name=name, what=what
            )


class Actions:
    """Reports instances that the handler of an action does not take."""

    metadata = Metadata(
        name="mixer-actions",
        description="Mixer rules that hand a handler what it does not take.",
        codes=frozenset({messages.NOT_TAKEN.code}),
        handles=frozenset({old.RULE}),
        reads=frozenset({*old.HANDLERS, *old.INSTANCES}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look up handler and instances of each action."""
        key = subject.resource.key
        for path, action, _ in _ACTIONS.match(subject.document.body):
            adapter = _adapter(subject.reader, text(action, "handler"), key.namespace)
            if adapter not in TAKEN:
                continue
            for place, template in _given(subject.reader, action, key.namespace):
                if template in _TEMPLATES and template not in TAKEN[adapter]:
                    yield messages.NOT_TAKEN.report(
                        key=key, path=(*path, *place), template=template, adapter=adapter
                    )


def _adapter(reader: Reader, name: str, namespace: str) -> str:
    handler = _found(reader, in_mixer(name, namespace, old.HANDLER, old.HANDLERS))
    return _compiled(handler, old.HANDLER) if handler else ""


def _given(reader: Reader, action: Any, namespace: str) -> Iterator[tuple[Path, str]]:
    """The instances of an action that are there, with what template each is of."""
    for at, name in enumerate(items(action, "instances")):
        if isinstance(name, str):
            places = in_mixer(name, namespace, old.INSTANCE, old.INSTANCES)
            instance = _found(reader, places)
            if instance:
                yield ("instances", at), _compiled(instance, old.INSTANCE)


def _found(reader: Reader, places: Iterator[Key]) -> Resource | None:
    return next(filter(None, map(reader.get, places)), None)


def _compiled(resource: Resource, general: str) -> str:
    """The adapter or template that something is of: its kind's, or the one that it names."""
    collection = resource.key.collection
    if collection != general:
        return collection.rpartition("/")[2]
    named = inside(resource.document().body, "spec", _COMPILED[general])
    return named if isinstance(named, str) else ""
