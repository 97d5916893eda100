"""What comes in from outside: reviews, and what is none."""

import json
from typing import Any

import pytest

from galley.judge.review import BadReviewError, Review

REQUEST: dict[str, Any] = {
    "uid": "1",
    "kind": {"group": "example.com", "version": "v1", "kind": "Thing"},
    "resource": {"group": "example.com", "version": "v1", "resource": "things"},
    "operation": "CREATE",
    "namespace": "team",
    "object": {"metadata": {"generateName": "a-"}},
}


def body(request: Any = REQUEST, **given: Any) -> bytes:
    document = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    return json.dumps({**document, **given}).encode()


def test_a_name_that_is_yet_to_be_made_is_stood_for() -> None:
    review = Review.parse(body())

    assert review.object
    assert review.object["metadata"]["name"] == "a-x"
    assert review.collection == "example.com/Thing"


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        body(kind="Pod"),
        body(apiVersion="admission.k8s.io/v1beta1"),
        body(None),
        body([]),
        body("x"),
        body({}),
        body({**REQUEST, "kind": None}),
        body({**REQUEST, "resource": "things"}),
    ],
)
def test_what_is_no_review_is_refused_in_words(bad: bytes) -> None:
    with pytest.raises(BadReviewError, match=r"^(The|Only) .+\.$"):
        Review.parse(bad)


@pytest.mark.parametrize("value", [None, [], "x", 7, {"metadata": None}, {"metadata": []}])
def test_whatever_stands_for_an_object_is_taken(value: Any) -> None:
    Review.parse(body({**REQUEST, "object": value, "oldObject": value}))
