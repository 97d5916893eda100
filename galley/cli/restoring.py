"""`galley restore`: bring a backup back, while no service runs."""

import getpass
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from galley.cli import output
from galley.cli.command import local
from galley.cli.failure import Failure
from galley.cli.loading import store_of
from galley.cli.options import DryRun, Reason
from galley.cli.progress import working
from galley.store.builtin import open_store
from galley.store.builtin import restore as restore_store
from galley.store.errors import StoreBusyError, StoreError, StoreExistsError
from galley.store.values import Audit

app = typer.Typer(rich_markup_mode=None)


@app.command()
@local
def restore(
    *,
    backup: Annotated[Path, typer.Argument(help="The file that `galley backup` wrote.")],
    reason: Reason,
    channel: Annotated[str, typer.Option(envvar="GALLEY_CHANNEL", help="The channel.")] = "default",
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the store; ./data if nothing says otherwise.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("-c", "--config", help="Settings that say where the store is.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the store that is there.")
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Bring a backup back, while no service runs.

    The channel goes on in a lineage of its own, a million numbers further, so that no subscriber
    takes an old version for a new one.

    \b
    Examples:
      galley restore data/backups/before-upgrade.db --reason "disk lost"
      galley restore old.db --channel mesh -c galley.yaml --force --reason "back to Monday"
    """
    address = store_of(config, data_dir)
    if not backup.is_file():
        raise Failure(f"There is no file {str(backup)!r}.")
    with working("Restoring"), tempfile.TemporaryDirectory() as scratch:
        target = scratch if dry_run else address
        audit = Audit(time.time(), getpass.getuser(), "local", "restore", reason, "done")
        try:
            restore_store(backup, target, channel, audit=audit, force=force)
            store = open_store(target, channel, read_only=True)
            head = store.head()
            store.close()
        except StoreError as error:
            raise _failure(error) from None
    number = head.number if head else 0
    if dry_run:
        output.line(f"The backup is whole; it would go on as version {number}. Nothing was done.")
    else:
        output.line(f"Channel {channel} is restored and goes on as version {number}.", mood="good")


def _failure(error: StoreError) -> Failure:
    if isinstance(error, StoreExistsError):
        return Failure(f"{error}.", remedy="--force replaces it.", code="conflict")
    if isinstance(error, StoreBusyError):
        return Failure(f"{error}.", remedy="Stop the service first.", code="conflict")
    return Failure(f"The backup cannot be restored: {error}.", code="refused")
