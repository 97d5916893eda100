"""The examples of docs/protocol.md are true."""

import hashlib
import re
from pathlib import Path

import msgpack
import pytest

from galley.protocol import messages
from galley.protocol.messages import TYPES, Subscribe, View
from pipeline.model import Buckets, Key, Resource
from pipeline.model.digest import EMPTY_BUCKET, EMPTY_SET, bucket_of

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text()


def facts(name: str) -> list[str]:
    """The values that the page gives for a name, in order."""
    return re.findall(rf"^{name} +(\S+)$", PAGE, re.MULTILINE)


def resources() -> list[Resource]:
    settings = Resource.build(
        Key("core/ConfigMap", "prod", "settings"),
        "v1",
        labels={"app": "web"},
        body={"data": {"retries": "3", "colour": "blue"}},
    )
    body = {"weight": 2.0, "share": 0.5}
    return [settings, Resource.build(Key("core/Namespace", "", "prod"), "v1", body=body)]


def test_the_encodings_and_digests_of_the_resources() -> None:
    assert facts("encoding") == [each.content.hex() for each in resources()]
    assert facts("resource digest") == [each.digest.hex() for each in resources()]
    assert facts("key hash") == [each.key.hash.hex() for each in resources()]
    assert facts("bucket") == [str(bucket_of(each.key.hash)) for each in resources()]


def test_the_digests_of_the_content() -> None:
    buckets = Buckets((each.key.hash, each.digest) for each in resources())
    digests = [buckets.bucket_digest(int(number)).hex() for number in facts("bucket")]
    assert facts("bucket digest") == digests
    assert facts("content digest") == [buckets.digest().hex()]
    assert facts("empty bucket") == [EMPTY_BUCKET.hex()]
    assert facts("empty content") == [EMPTY_SET.hex()]


def test_the_example_by_the_words_of_the_page_alone() -> None:
    """The algorithm as a stranger would write it: msgpack and SHA-256, nothing of ours."""
    buckets: dict[int, list[bytes]] = {}
    for encoded, key in zip(facts("encoding"), facts("key"), strict=True):
        digest = hashlib.sha256(bytes.fromhex(encoded)).digest()
        key_hash = hashlib.sha256(bytes.fromhex(key)).digest()
        buckets.setdefault(key_hash[0] * 16 + key_hash[1] // 16, []).append(key_hash + digest)
        fields = msgpack.unpackb(bytes.fromhex(encoded))
        assert msgpack.unpackb(bytes.fromhex(key)) == [fields[1], fields[3], fields[4]]
    joined = b"".join(
        hashlib.sha256(b"".join(sorted(buckets.get(number, [])))).digest() for number in range(4096)
    )
    assert facts("content digest") == [hashlib.sha256(joined).hexdigest()]


@pytest.mark.parametrize("number", sorted(TYPES))
def test_every_message_is_in_the_table_with_its_fields(number: int) -> None:
    kind, shapes = TYPES[number]
    found = re.search(rf"^\| {number} \| (\w+) \| (.*?) \| (.*?) *\|$", PAGE, re.MULTILINE)
    assert found is not None
    fields = [field.split(":")[0].strip() for field in found[3].split("·") if field.strip()]
    assert fields == list(kind._fields)
    assert len(fields) == len(shapes)


def test_the_subscription_for_a_first_try_can_be_read() -> None:
    (text,) = re.findall(r"for a first try: `(\w+)`", PAGE)
    view = View.of(namespaces=["prod"])
    wanted = Subscribe(1, "default", "demo", view, None, False, 0.0)
    assert messages.decode(bytes.fromhex(text)) == wanted
