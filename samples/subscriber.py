"""Follow a channel of a Galley server and print what changes.

Run `galley serve` first, then: python subscriber.py http://127.0.0.1:8340 [CHANNEL]
"""

import asyncio
import sys
from pathlib import Path

from galley.client import Client, Update


def apply(update: Update) -> None:
    """Raise `galley.client.Refused` here to say that an update cannot be used."""
    print(f"version {update.version}: {len(update.resources)} resources")
    for key, resource in update.upserts.items():
        print(f"  + {key}  {dict(resource.document().body)}")
    for key in update.removals:
        print(f"  - {key}")


async def main(url: str = "http://127.0.0.1:8340", channel: str = "default") -> None:
    state = Path.home() / ".cache" / "galley-subscriber"
    async with Client(url, channel=channel, node="sample", state=state) as client:
        await client.run(apply)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
