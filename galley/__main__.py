"""The executable: make sure that our packages are ours, then hand over to the command line."""

import sys

from galley._siblings import ForeignPackageError, check


def main() -> None:
    """Run the command line."""
    try:
        check()
    except ForeignPackageError as error:
        sys.exit(_complain(error))
    from galley.cli.main import run  # noqa: PLC0415  # only after the check

    run()


def _complain(error: ForeignPackageError) -> int:
    sys.stderr.write(f"error: {error}\n")
    return 2


if __name__ == "__main__":
    main()
