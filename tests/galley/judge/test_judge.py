"""What a judge says of a write: of the object in the place of the one before."""

from typing import Any

import pytest

from galley.judge.judge import Judge
from galley.judge.review import Review
from galley.settings import ChannelSettings
from pipeline.environment import EnvironmentSpec
from tests.galley.judge.test_reviews import REQUEST, body

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
        "admission": {"url": "https://a"},
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
