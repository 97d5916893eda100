"""What a judge says of a write: of the object in the place of the one before."""

from base64 import b64encode
from types import SimpleNamespace
from typing import Any

import pytest

from galley.judge import judge as judging
from galley.judge.judge import Judge
from galley.judge.review import Review
from galley.settings import ChannelSettings
from pipeline.environment import EnvironmentSpec
from tests.galley.judge.test_reviews import REQUEST, body
from tests.keys import START, pair

ADDRESS = {"url": "https://a"}
BAD = {"metadata": {"name": "a", "namespace": "team"}, "spec": {"bad": 1}}
POLICY = {
    "name": "no-bad",
    "match": {"kinds": ["example.com/Thing"]},
    "rule": "!has(object.spec.bad)",
    "message": "bad is not allowed",
}


@pytest.fixture(scope="module")
def judge() -> Judge:
    source = {
        "name": "cluster",
        "type": "kubernetes",
        "kinds": ["example.com/Thing"],
        "admission": ADDRESS,
    }
    settings = ChannelSettings.model_validate({"name": "mesh", "sources": [source]})
    return Judge(settings, EnvironmentSpec(policies=(POLICY,)).content())


def refuses(judge: Judge, **request: Any) -> bool:
    opinion = judge.opinion("cluster", Review.parse(body({**REQUEST, **request})))
    return any(each.new for each in opinion.findings)


def test_what_could_not_be_read_before_may_have_been_wrong_before(judge: Judge) -> None:
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    old = {"metadata": BAD["metadata"], "spec": {"deep": deep}}

    assert refuses(judge, object=BAD)
    assert not refuses(judge, operation="UPDATE", object=BAD, oldObject=old)
    assert not refuses(judge, operation="UPDATE", object=old, oldObject=old)
    assert refuses(judge, object=old)


def test_certificates_are_judged_by_the_day_on_which_somebody_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long ago the judge began."""
    moments = iter([START.timestamp() - 86400, START.timestamp(), START.timestamp() - 86400])
    monkeypatch.setattr(judging, "time", SimpleNamespace(time=lambda: next(moments)))
    source = {
        "name": "cluster",
        "type": "kubernetes",
        "kinds": ["core/Secret"],
        "admission": ADDRESS,
    }
    settings = ChannelSettings.model_validate({"name": "mesh", "sources": [source]})
    judge = Judge(settings, EnvironmentSpec().content())
    made = pair("a", "a.example.com")
    data = {"tls.crt": made.certificate, "tls.key": made.key}
    encoded = {name: b64encode(text.encode()).decode() for name, text in data.items()}
    metadata = {"name": "a", "namespace": "team"}
    secret = {"metadata": metadata, "type": "kubernetes.io/tls", "data": encoded}
    kind = {"group": "", "version": "v1", "kind": "Secret"}
    resource = {"group": "", "version": "v1", "resource": "secrets"}
    asked = {"kind": kind, "resource": resource, "object": secret}

    def codes() -> list[str]:
        told = judge.opinion("cluster", Review.parse(body({**REQUEST, **asked})))
        return [each.code for each in told.findings]

    assert codes() == []
    assert codes() == ["GAL1904"]
