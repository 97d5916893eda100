"""Resources as people name them: `group/Kind/namespace/name`, or as tables print them."""

from galley.worker.channel import Channel
from galley.worker.problems import usage
from pipeline.model import Key


def collection_named(channel: Channel, name: str) -> str:
    """The collection that a person means; the name itself if nothing is called so."""
    return declared(channel, name) or name if name else ""


def declared(channel: Channel, name: str) -> str | None:
    """The collection that has this name by its kind; None if no kind has.

    Where several kinds have it, or one of which nobody here has heard, it is the one that the
    channel holds, if it holds but one: a Prometheus of an operator, say, and none of Mixer's.
    """
    resolved = channel.environment.kinds.resolve(name)
    if resolved is None or "/" in name:
        return resolved
    fitting = held_collections(channel, name)
    return fitting[0] if len(fitting) == 1 else resolved


def held_collections(channel: Channel, name: str) -> list[str]:
    """The collections that the channel holds anything of, by their kind or plural, sorted."""
    kinds, short = channel.environment.kinds, name.casefold()
    plurals = {each.collection: each.plural.casefold() for each in kinds}
    there = {key.collection for key in channel.ledger.live}
    return sorted(
        each for each in there if short in (each.rpartition("/")[2].casefold(), plurals.get(each))
    )


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
    if known := declared(channel, kind):
        return known
    fitting = held_collections(channel, kind)
    if len(fitting) == 1:
        return fitting[0]
    why = f"several kinds are called so: {', '.join(fitting)}" if fitting else "no kind is known so"
    raise usage(f"{kind!r} names no collection; {why}.", FORMS)
