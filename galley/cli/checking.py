"""`galley check`: is this installation whole, with a running service or without one."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from galley._siblings import rivals
from galley.cli import output, tables
from galley.cli.command import end, remote
from galley.cli.failure import Exit, Failure
from galley.cli.loading import settings_of, store_of
from galley.cli.options import OutputAs
from galley.cli.progress import working
from galley.cli.remote import Remote

app = typer.Typer(rich_markup_mode=None)

LONG = 600
ENOUGH_BYTES = 256 * 1024 * 1024
"""Space on the disk of a store below which a check complains."""


@app.command()
@remote
def check(
    remote: Remote,
    *,
    data_dir: Annotated[
        Path | None, typer.Option(help="Look at the stores in this folder, without a service.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("-c", "--config", help="Look at these settings besides.")
    ] = None,
    output_as: OutputAs = "table",
) -> None:
    """Is this installation whole: packages, settings, service, sources, every stored object?

    Exit code 1 if something is not.

    \b
    Examples:
      galley check
      galley check -c galley.yaml
      galley check --data-dir ./data        while no service runs
    """
    with working("Checking"):
        checks = [*_packages(), *_settings(config)]
        checks += _offline(data_dir) if data_dir else _online(remote)
    ok = all(each["ok"] for each in checks)
    if output_as == "json":
        output.as_json({"ok": ok, "checks": checks})
    else:
        rows = [
            (each["subject"], "ok" if each["ok"] else "FAILED", each["detail"]) for each in checks
        ]
        tables.show(("SUBJECT", "STATE", "DETAIL"), rows)
    end(Exit.DONE if ok else Exit.NEGATIVE)


def _packages() -> Iterator[dict[str, Any]]:
    found = rivals()
    names = "; ".join(f"{name}: {', '.join(others)}" for name, others in found.items())
    detail = f"Other distributions install packages of our names: {names}." if found else ""
    yield _check("packages", not found, detail or "Ours, and nobody else's.")


def _settings(config: Path | None) -> Iterator[dict[str, Any]]:
    if config is None:
        return
    try:
        settings, _ = settings_of(config)
    except Failure as failure:
        yield _check("settings", ok=False, detail=failure.message)
        return
    names = ", ".join(each.name for each in settings.channels)
    yield _check("settings", ok=True, detail=f"{config}: channels {names}.")


def _online(remote: Remote) -> Iterator[dict[str, Any]]:
    try:
        status = remote.call("GET", "/status")
    except Failure as failure:
        yield _check("service", ok=False, detail=f"{failure.message} {failure.remedy}")
        return
    yield _check("service", ok=True, detail=f"Galley {status['galley']} at {remote.url}.")
    for channel in status["channels"]:
        yield from _channel(remote, channel)


def _channel(remote: Remote, channel: dict[str, Any]) -> Iterator[dict[str, Any]]:
    name = channel["channel"]
    well = channel["ready"] and not channel["problem"]
    detail = channel["problem"] or f"Version {channel['version']}, {channel['state']}."
    yield _check(f"channel {name}", well, detail)
    for source in channel["sources"]:
        problem = source["problem"]["message"] if source["problem"] else ""
        yield _check(
            f"source {name}/{source['name']}",
            source["state"] == "synced",
            problem or f"{source['state']}, {source['resources']} resources.",
        )
    try:
        stored = remote.call("GET", f"/channels/{name}/check", within=LONG)
    except Failure as failure:
        stored = {"checks": [_check("store", ok=False, detail=failure.message)]}
    for each in stored["checks"]:
        yield {**each, "subject": f"{each['subject']} {name}"}


def _offline(data_dir: Path) -> Iterator[dict[str, Any]]:
    """Every store in a folder, opened beside its owner or without one."""
    from galley.store.builtin import open_store  # noqa: PLC0415  # heavy, and only here
    from galley.store.errors import StoreError  # noqa: PLC0415  # as above

    if not data_dir.is_dir():
        raise Failure(f"There is no folder {str(data_dir)!r}.")
    yield _writable(data_dir)
    stores = sorted(data_dir.glob("*.db"))
    if not stores:
        yield _check("stores", ok=False, detail=f"There are none in {data_dir}.")
    for path in stores:
        try:
            store = open_store(store_of(None, data_dir), path.stem, read_only=True)
            problems = list(store.check())
            store.close()
        except (StoreError, ValueError) as error:
            problems = [f"{error}."]
        for problem in problems:
            yield _check(f"store {path.stem}", ok=False, detail=problem)
        if not problems:
            yield _check(f"store {path.stem}", ok=True, detail="Everything has its digest.")


def _writable(folder: Path) -> dict[str, Any]:
    if not os.access(folder, os.W_OK):
        return _check("folder", ok=False, detail=f"{folder} cannot be written.")
    stat = os.statvfs(folder)
    free = stat.f_bavail * stat.f_frsize
    return _check("folder", free > ENOUGH_BYTES, f"{folder}: {free // 2**20:,} MiB free.")


def _check(subject: str, ok: bool, detail: str) -> dict[str, Any]:
    return {"subject": subject, "ok": ok, "detail": detail}
