"""The structure of a document: what every resource has, and what is said where it has not."""

from collections.abc import Callable

import pytest

from pipeline.model import Broken, Diagnostic, Key, Kind, Kinds, Level, Read
from pipeline.schema import BUILTIN_KINDS

HEAD = "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
GOOD = HEAD + "metadata: {name: a}\n"
ROUTES = Kinds(
    [
        *BUILTIN_KINDS,
        Kind(
            group="networking.istio.io",
            kind="VirtualService",
            version="v1",
            served=("v1beta1",),
            plural="virtualservices",
        ),
        Kind(group="example.com", kind="Zone", version="v1", namespaced=False),
    ]
)


def keys(read: Read | Broken) -> list[str]:
    assert isinstance(read, Read), read
    return [str(one.resource.key) for one in read.resources]


def test_a_document_becomes_a_resource_with_its_line(decode: Callable[..., Read]) -> None:
    read = decode("# comment\n---\n" + GOOD + "spec: {hosts: [x]}\n")
    (one,) = read.resources
    assert one.resource.key == Key("networking.istio.io/VirtualService", "default", "a")
    assert one.resource.document().body == {"spec": {"hosts": ["x"]}}
    assert (one.origin.source, one.origin.locator, one.origin.line) == ("team", "a.yaml", 3)


def test_what_the_cluster_wrote_is_dropped(decode: Callable[..., Read]) -> None:
    """Status and all metadata but name, namespace, labels and annotations."""
    noisy = (
        HEAD + "metadata: {name: a, uid: u, resourceVersion: '1', generation: 2, finalizers: [f],"
        " creationTimestamp: null, managedFields: [], ownerReferences: []}\nstatus: {ok: true}\n"
    )
    assert decode(noisy).resources[0].resource == decode(GOOD).resources[0].resource


@pytest.mark.parametrize("field", ["data: {p: c2VjcmV0}", "stringData: {p: secret}"])
def test_the_data_of_a_secret_is_dropped(decode: Callable[..., Read], field: str) -> None:
    read = decode(f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\ntype: Opaque\n{field}\n")
    assert read.resources[0].resource.document().body == {"type": "Opaque", "keys": ["p"]}


def test_api_versions_are_normalised_to_the_storage_version(decode: Callable[..., Read]) -> None:
    text = GOOD.replace("/v1", "/v1beta1")
    assert decode(text, kinds=ROUTES).resources[0].resource.api_version == "networking.istio.io/v1"
    unserved = GOOD.replace("/v1", "/v1alpha3")
    assert decode(unserved, kinds=ROUTES).resources[0].resource.api_version.endswith("v1alpha3")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a}", "core/Service/team/a"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}", "core/Service/b/a"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: }", "core/Service/team/a"),
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}", "core/Namespace//a"),
        ("apiVersion: example.com/v1\nkind: Zone\nmetadata: {name: a}", "example.com/Zone//a"),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 's:n'}",
            "rbac.authorization.k8s.io/ClusterRole//s:n",
        ),
    ],
)
def test_a_key_has_the_namespace_that_its_scope_asks_for(
    decode: Callable[..., Read], text: str, key: str
) -> None:
    assert keys(decode(text, kinds=ROUTES, default_namespace="team")) == [key]


def test_a_namespace_on_a_cluster_scoped_kind_is_dropped_with_a_warning(
    decode: Callable[..., Read],
) -> None:
    read = decode("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  namespace: b\n")
    assert keys(read) == ["core/Namespace//a"]
    (note,) = read.notes
    assert (note.code, note.level, note.line, note.column) == ("GAL0211", Level.WARNING, 5, 3)


def test_empty_documents_are_skipped_without_a_word(decode: Callable[..., Read]) -> None:
    read = decode("---\n# nothing\n---\n" + GOOD + "---\n...\n---\nnull\n")
    assert (len(read.resources), read.notes) == (1, ())


def test_documents_that_are_no_resources_are_counted_in_one_info(
    decode: Callable[..., Read],
) -> None:
    read = decode("replicas: 1\n---\n" + GOOD + "---\nimage: x\n")
    (note,) = read.notes
    assert (note.code, note.level, note.line) == ("GAL0202", Level.INFO, 1)
    assert note.message.startswith("2 documents")


def test_documents_that_are_no_resources_are_an_error_if_strict(
    fault: Callable[..., Diagnostic],
) -> None:
    assert fault("replicas: 1\n", strict=True).code == "GAL0202"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("- a\n", "GAL0201", 1, 1),
        ("just text\n", "GAL0201", 1, 1),
        ("apiVersion: v1\nknid: Service\nmetadata: {name: a}\n", "GAL0203", 1, 1),
        ("kind: Service\nmetadata: {name: a}\n", "GAL0203", 1, 1),
        ("apiVersion: 1\nkind: Service\nmetadata: {name: a}\n", "GAL0208", 1, 1),
        ("apiVersion: a/b/c\nkind: Service\nmetadata: {name: a}\n", "GAL0204", 1, 1),
        ("apiVersion: v1\nkind: My Service\nmetadata: {name: a}\n", "GAL0204", 2, 1),
        ("apiVersion: v1\nkind: Servcie\nmetadata: {name: a}\n", "GAL0212", 2, 1),
        (HEAD + "metadata: {}\n", "GAL0205", 3, 1),
        (HEAD + "spec: {}\n", "GAL0205", 1, 1),
        (HEAD + "metadata:\n  generateName: a-\n", "GAL0205", 4, 3),
        (HEAD + "metadata: [a]\n", "GAL0208", 3, 1),
        (HEAD + "metadata:\n  name: 1\n", "GAL0208", 4, 3),
        (HEAD + "metadata:\n  name: A_b\n", "GAL0206", 4, 3),
        (HEAD + "metadata:\n  name: a/b\n", "GAL0206", 4, 3),
        (HEAD + f"metadata:\n  name: {'a' * 254}\n", "GAL0206", 4, 3),
        (HEAD + "metadata: {name: a, namespace: x.y}\n", "GAL0207", 3, 21),
        (HEAD + "metadata:\n  name: a\n  labels:\n    v: 1\n", "GAL0208", 6, 5),
        (HEAD + "metadata:\n  name: a\n  labels: {v: yes}\n", "GAL0208", 5, 12),
        (HEAD + "metadata:\n  name: a\n  labels: [v]\n", "GAL0208", 5, 3),
        (HEAD + "metadata:\n  name: a\n  labels: {v: a b}\n", "GAL0209", 5, 12),
        (HEAD + "metadata:\n  name: a\n  labels: {a/b/c: x}\n", "GAL0209", 5, 12),
        (HEAD + f"metadata:\n  name: a\n  labels: {{a: {'x' * 64}}}\n", "GAL0209", 5, 12),
        (HEAD + "metadata:\n  name: a\n  annotations: {-x: x}\n", "GAL0209", 5, 17),
        (HEAD + "metadata:\n  name: a\n  annotations: {x: {}}\n", "GAL0208", 5, 17),
        (GOOD + "spec:\n  hosts:\n  - x\n  - .inf\n", "GAL0111", 7, 5),
        (GOOD + "spec:\n  n: 18446744073709551616\n", "GAL0111", 5, 3),
    ],
)
def test_a_mistake_is_reported_at_the_field_at_fault(
    fault: Callable[..., Diagnostic], text: str, code: str, line: int, column: int
) -> None:
    found = fault(text)
    assert (found.code, found.line, found.column) == (code, line, column), found
    assert (found.source, found.locator) == ("team", "a.yaml")


def test_a_fault_within_a_resource_names_its_key(fault: Callable[..., Diagnostic]) -> None:
    assert fault(HEAD + "metadata: {name: a, labels: {v: 1}}\n").key == Key(
        "networking.istio.io/VirtualService", "default", "a"
    )


def test_two_documents_with_one_key_name_both_lines(fault: Callable[..., Diagnostic]) -> None:
    found = fault(GOOD + "---\n" + GOOD)
    assert (found.code, found.line) == ("GAL0210", 7)
    assert "line 1" in found.message


def test_one_error_breaks_the_file_and_all_errors_are_listed(
    decode: Callable[..., Read | Broken],
) -> None:
    bad = HEAD + "metadata: {name: B, labels: {a: 1, b: 2}}\n"
    broken = decode(GOOD + "---\n" + bad + "---\n- x\n")
    assert isinstance(broken, Broken)
    assert [one.code for one in broken.errors] == ["GAL0206", "GAL0208", "GAL0208", "GAL0201"]


def test_the_items_of_a_list_are_resources_of_their_own(decode: Callable[..., Read]) -> None:
    read = decode(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n"
        "  metadata: {name: a}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: b}\n"
    )
    assert [(one.resource.key.name, one.origin.line) for one in read.resources] == [
        ("a", 4),
        ("b", 7),
    ]


def test_items_of_a_typed_list_need_not_repeat_their_kind(decode: Callable[..., Read]) -> None:
    text = "apiVersion: v1\nkind: ServiceList\nitems:\n- metadata: {name: a}\n"
    assert keys(decode(text)) == ["core/Service/default/a"]
    assert decode("apiVersion: v1\nkind: List\n").resources == ()


def test_a_kind_that_only_sounds_like_a_list_is_a_resource(decode: Callable[..., Read]) -> None:
    text = "apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {}\n"
    assert keys(decode(text)) == ["example.com/AllowList/default/a"]


def test_a_fault_in_a_list_points_into_the_item(fault: Callable[..., Diagnostic]) -> None:
    found = fault(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n"
        "  metadata: {name: a, labels: {v: 1}}\n"
    )
    assert (found.line, found.column, found.path) == (6, 32, ("metadata", "labels", "v"))


def test_a_misspelt_kind_of_a_known_group_is_an_error(fault: Callable[..., Diagnostic]) -> None:
    """Read as a kind of its own it would take the resource that is meant away."""
    found = fault("apiVersion: example.com/v1\nkind: Zonne\nmetadata: {name: a}\n", kinds=ROUTES)
    assert (found.code, "'Zone'" in found.message) == ("GAL0212", True)
