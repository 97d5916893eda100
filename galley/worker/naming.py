"""Resources as people name them: `group/Kind/namespace/name`, or as tables print them."""

from galley.worker.channel import Channel
from galley.worker.problems import usage
from pipeline.model import Key


def collection_named(channel: Channel, name: str) -> str:
    """The collection that a person means; the name itself if nothing is called so."""
    return channel.environment.kinds.resolve(name) or name if name else ""


def key_named(channel: Channel, text: str) -> Key:
    """The key that a person means by `VirtualService/shop/checkout` or its full form.

    Raises:
        RefusedError: it is no key, or its kind is in no collection that is known.
    """
    if text.count("/") == 2:
        kind, namespace, name = text.split("/")
        return Key(_collection_of(channel, kind), namespace, name)
    try:
        key = Key.parse(text)
    except ValueError as error:
        raise usage(f"{text!r} names no resource.", FORMS) from error
    return key._replace(collection=collection_named(channel, key.collection))


FORMS = "Write Kind/namespace/name, or group/Kind/namespace/name."


def _collection_of(channel: Channel, kind: str) -> str:
    """By its declared names, or by what the channel holds."""
    if resolved := channel.environment.kinds.resolve(kind):
        return resolved
    held = {key.collection for key in channel.ledger.live}
    fitting = sorted(name for name in held if name.rpartition("/")[2] == kind)
    if len(fitting) == 1:
        return fitting[0]
    why = f"several kinds are called so: {', '.join(fitting)}" if fitting else "no kind is known so"
    raise usage(f"{kind!r} names no collection; {why}.", FORMS)
