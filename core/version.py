"""The program's version, whether it is installed or run from its folder."""

from __future__ import annotations

from pathlib import Path


def version() -> str:
    """As of the installed package, or of pyproject.toml beside the program; a question mark where there is neither."""
    import tomllib
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("strokewise")
    except PackageNotFoundError:
        try:
            content = (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
        except OSError:  # a report of a fault must not fail for want of it
            return "?"
        return str(tomllib.loads(content)["project"]["version"])
