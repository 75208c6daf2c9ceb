"""The program's version, whether it is installed or run from its folder."""

from __future__ import annotations

from pathlib import Path


def version() -> str:
    """As of the installed package, or of pyproject.toml beside the program."""
    import tomllib
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("strokewise")
    except PackageNotFoundError:
        with (Path(__file__).parent.parent / "pyproject.toml").open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])
