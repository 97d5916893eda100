"""What is known of a Secret: facts about its certificates, and nothing of its data."""

import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import schema
from pipeline.model import Read, Resource
from pipeline.schema import SchemaText
from sources.manifests import certificates
from tests.keys import encoded, pair

SHOP = pair("shop", "shop.example.com", "*.shop.example.com", addresses=("10.0.0.1",))
OTHER = pair("other", "other.example.com")
OLD = pair("old", until=datetime(2027, 1, 1, tzinfo=UTC))

Decode = Callable[..., Read]


def secret(kind: str = "kubernetes.io/tls", **data: str) -> dict[str, Any]:
    held = {name.replace("_", "."): encoded(text) for name, text in data.items()}
    return {"type": kind, "data": held}


def known(**data: str) -> dict[str, Any]:
    found = certificates.facts(secret(**data))
    assert found is not None
    return found


def test_a_certificate_is_described() -> None:
    assert known(tls_crt=SHOP.certificate, tls_key=SHOP.key) == {
        "server": {
            "file": "tls.crt",
            "subject": "CN=shop",
            "issuer": "CN=shop",
            "names": ["shop.example.com", "*.shop.example.com", "10.0.0.1"],
            "notBefore": "2026-01-01T00:00:00Z",
            "notAfter": "2036-01-01T00:00:00Z",
            "privateKey": "fits",
        },
    }


def test_every_name_is_kept() -> None:
    hosts = [f"h{number}.example.com" for number in range(150)]
    many = pair("many", *hosts)
    assert known(tls_crt=many.certificate, tls_key=many.key)["server"]["names"] == hosts


@pytest.mark.parametrize("strange", ["a300", "a502 8000", "8205", "8703 010203"])
def test_names_that_cannot_be_read_are_not_told(strange: str) -> None:
    """Addresses of X.400 and other things that nobody uses; others may read the rest."""
    held = bytes.fromhex(strange)
    odd = pair("odd", names=bytes((0x30, len(held))) + held)
    server = known(tls_crt=odd.certificate, tls_key=odd.key)["server"]
    assert "names" not in server
    assert server["privateKey"] == "fits"


def test_a_version_of_certificates_that_there_is_not() -> None:
    der = ssl.PEM_cert_to_DER_cert(SHOP.certificate)
    version = bytes.fromhex("a003020102")
    other = ssl.DER_cert_to_PEM_cert(der.replace(version, version[:-1] + b"\x05", 1))
    found = known(tls_crt=other, tls_key=SHOP.key)
    assert found["problems"] == {"tls.crt": "it holds no certificate that can be read"}


def test_a_chain_is_valid_as_long_as_all_of_it() -> None:
    found = known(tls_crt=SHOP.certificate + OLD.certificate, tls_key=SHOP.key)
    assert found["server"]["notAfter"] == "2027-01-01T00:00:00Z"
    assert found["server"]["subject"] == "CN=shop"


@pytest.mark.parametrize(
    ("key", "fit", "problem"),
    [
        (SHOP.key, "fits", None),
        (OTHER.key, "other", None),
        (SHOP.encrypted, "unreadable", "the private key is encrypted"),
        ("no key", "unreadable", "it holds no private key that can be read"),
        ("", "unreadable", "it is empty"),
    ],
)
def test_a_key_fits_or_not(key: str, fit: str, problem: str | None) -> None:
    found = known(tls_crt=SHOP.certificate, tls_key=key)
    assert found["server"]["privateKey"] == fit
    assert found.get("problems", {}).get("tls.key") == problem


def test_a_key_that_is_not_there() -> None:
    assert known(tls_crt=SHOP.certificate)["server"]["privateKey"] == "missing"


def test_the_names_of_others_will_do() -> None:
    """Istio reads `cert`, `key` and `cacert` before those of Kubernetes."""
    data = {"cert": OTHER.certificate, "key": OTHER.key, "cacert": OLD.certificate}
    found = known(**data, tls_crt=SHOP.certificate, tls_key=SHOP.key)
    assert found["server"]["file"] == "cert"
    assert found["authority"] == {
        "file": "cacert",
        "subject": "CN=old",
        "notBefore": "2026-01-01T00:00:00Z",
        "notAfter": "2027-01-01T00:00:00Z",
    }


@pytest.mark.parametrize("text", ["", "none", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END"])
def test_what_is_no_certificate_is_a_problem(text: str) -> None:
    found = known(tls_crt=text, tls_key=SHOP.key)
    assert "server" not in found
    assert list(found["problems"]) == ["tls.crt"]


def test_data_may_be_plain_or_broken() -> None:
    plain = {"type": "kubernetes.io/tls", "stringData": {"tls.crt": SHOP.certificate}}
    found = certificates.facts(plain)
    assert found is not None
    assert found["server"]["names"][0] == "shop.example.com"
    found = certificates.facts({"data": {"tls.crt": "%%%"}})
    assert found == {"problems": {"tls.crt": "it is not base64"}}


@pytest.mark.parametrize(
    "other",
    [
        secret("Opaque", password="hunter2"),
        secret("kubernetes.io/service-account-token", ca_crt=SHOP.certificate),
        {"type": "Opaque"},
        {"data": ["tls.crt"]},
    ],
)
def test_of_other_secrets_nothing_is_known(other: dict[str, Any]) -> None:
    assert certificates.facts(other) is None


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_no_byte_of_the_data_travels(decode: Decode, field: str) -> None:
    write: Callable[[str], str] = encoded if field == "data" else str
    data = {"tls.crt": write(SHOP.certificate), "tls.key": write(SHOP.key), "p": write("hunter2")}
    applied = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(data), "team": "a"}
    text = json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "shop", "annotations": applied},
            "type": "kubernetes.io/tls",
            "certificates": {"server": {"privateKey": "fits", "subject": "forged"}},
            field: data,
        }
    )
    (one,) = decode(text).resources
    document = one.resource.document()
    assert document.body.keys() == {"type", "keys", "certificates"}
    assert document.body["certificates"]["server"]["subject"] == "CN=shop"
    assert document.annotations == {"team": "a"}
    for hidden in (*SHOP.key.splitlines(), encoded(SHOP.key)[:40], encoded("hunter2"), "hunter2"):
        assert hidden.encode() not in one.resource.content


@pytest.mark.parametrize(
    "name",
    [
        "kubectl.kubernetes.io/last-applied-configuration",
        "metacontroller.k8s.io/last-applied-configuration",
        "kapp.k14s.io/original",
        "objectset.rio.cattle.io/applied",
        "openshift.io/token-secret.value",
        "reconcile.external-secrets.io/data-hash",
    ],
)
def test_copies_and_hashes_of_the_data_do_not_travel(decode: Decode, name: str) -> None:
    text = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "shop", "annotations": {name: "hunter2", "team": "a"}},
        "type": "Opaque",
        "stringdata": {"password": "hunter2"},
        "immutable": True,
    }
    (one,) = decode(json.dumps(text)).resources
    document = one.resource.document()
    assert document.annotations == {"team": "a"}
    assert document.body == {"type": "Opaque", "stringdata": {}, "immutable": True}
    (other,) = decode(json.dumps({**text, "kind": "ConfigMap"})).resources
    assert "hunter2" in other.resource.document().annotations[name]


def _published() -> SchemaText:
    """Secrets, as an API server publishes them."""
    fields = {"data": {"type": "object"}, "type": {"type": "string"}}
    kind = {"group": "", "version": "v1", "kind": "Secret"}
    asked = {"content": {"*/*": {"schema": {"$ref": "#/components/schemas/Secret"}}}}
    operation = {"x-kubernetes-group-version-kind": kind, "requestBody": asked}
    document = {
        "openapi": "3.0.0",
        "components": {"schemas": {"Secret": {"type": "object", "properties": fields}}},
        "paths": {"/api/v1/namespaces/{namespace}/secrets": {"get": {}, "post": operation}},
    }
    return SchemaText("core.json", json.dumps(document))


def _written() -> SchemaText:
    """The same as a JSON Schema that allows nothing else."""
    names = ("apiVersion", "kind", "metadata", "data", "type")
    fields = {"properties": {name: {} for name in names}, "additionalProperties": False}
    return SchemaText("secret.json", json.dumps({"title": "v1/Secret", **fields}))


@pytest.mark.parametrize("described", [_published(), _written()])
def test_schemas_of_secrets_know_no_facts_and_allow_them(
    decode: Decode, described: SchemaText
) -> None:
    data = {"tls_crt": SHOP.certificate, "tls_key": SHOP.key}
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "shop"}}
    (one,) = decode(json.dumps({**manifest, **secret(**data)})).resources
    schemas = schema.build([described])

    def said(resource: Resource) -> list[str]:
        found = schemas.update(None, resource)
        assert found is not None
        return [each.code for each in found]

    other = {**one.resource.document().body, "certificate": 1}
    assert one.resource.document().body["keys"] == ["tls.crt", "tls.key"]
    assert said(one.resource) == []
    assert said(Resource.build(one.resource.key, "v1", body=other)) == ["GAL0301"]


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.none() | st.text() | st.binary().map(lambda held: encoded(held.hex()))
            for name in ("tls.crt", "tls.key", "cert", "key", "ca.crt", "cacert")
        },
    )
)
def test_anything_may_be_in_a_secret(data: dict[str, Any]) -> None:
    for field in certificates.DATA:
        certificates.facts({"type": "kubernetes.io/tls", field: data})
