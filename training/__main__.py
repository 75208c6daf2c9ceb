"""`python -m training`: the training commands alone, for machines that have no more than training needs."""

from __future__ import annotations

import sys

from core.errors import EXIT_BAD_INPUT, EXIT_CANCELLED, PainterError
from training.command import run


def main(arguments: list[str]) -> int:
    """Run a command; returns its exit code: 0 done, 2 bad input, 130 cancelled."""
    try:
        run(arguments, program="python -m training")
    except PainterError as error:
        print(f"error: {' '.join(str(error).splitlines())}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except MemoryError:
        print("error: There is too little memory; close other programs, or begin a smaller run", file=sys.stderr)
        return EXIT_BAD_INPUT
    except OSError as error:
        print(f"error: The system says “{error.strerror or error}”; check the disk and the network", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print("cancelled", file=sys.stderr)
        return EXIT_CANCELLED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
