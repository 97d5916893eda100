"""What only a check may know: texts and secrets of the settings, read when it is asked."""

import asyncio
import os
from collections.abc import Mapping

from galley.settings import SecretSettings
from galley.worker.checks.trouble import CheckError


async def revealed(values: Mapping[str, str | SecretSettings]) -> dict[str, str]:
    """The texts themselves; never to be logged or shown.

    Raises:
        CheckError: one is not where the settings say.
    """
    return {name: await _text(value) for name, value in values.items()}


async def _text(value: str | SecretSettings) -> str:
    if isinstance(value, str):
        return value
    if value.file is None:
        found = os.environ.get(value.env)
        if found is None:
            raise CheckError(f"the environment variable {value.env} is not set")
        return found
    try:
        text = await asyncio.to_thread(value.file.read_text, encoding="utf-8")
    except OSError as error:
        raise CheckError(f"{value.file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CheckError(f"{value.file} is not UTF-8 text") from error
    return text.removesuffix("\n").removesuffix("\r")
