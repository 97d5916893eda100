"""What of a kind is asked for."""

import pytest

from sources.kubernetes.selectors import Selectors
from sources.settings import KindEntry, KubernetesSettings
from sources.settings.labels import label_selector


@pytest.mark.parametrize(
    "text",
    [
        "",
        "app=web",
        "app==web,tier!=back",
        "app in (a, b),!old",
        "example.com/app notin (a,)",
        "app, tier",
        "app=",
    ],
)
def test_selectors_of_kubectl_are_taken(text: str) -> None:
    assert label_selector(text) == text


@pytest.mark.parametrize(
    "text", ["app=a b", "app in a", ",", "=a", "app=(a)", "a/b/c", "app in ()x"]
)
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no requirement of labels"):
        label_selector(text)


def test_source_and_entry_both_select() -> None:
    entry = KindEntry(kind="core/Pod", labels="app in (a,b)", fields="spec.nodeName=n")
    settings = KubernetesSettings(name="a", type="kubernetes", labels="team=x", kinds=(entry,))

    assert Selectors.of(settings, entry).query() == (
        ("labelSelector", "team=x,app in (a,b)"),
        ("fieldSelector", "spec.nodeName=n"),
    )
    assert Selectors().query() == ()
