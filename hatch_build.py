"""Compile the message catalogues while the package is built."""

from pathlib import Path
from typing import Any  # hatchling's own signature

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(locales: Path) -> list[Path]:
    """Compile every `continuity.po` under `locales` that is newer than its `.mo`; return those."""
    return [
        compile_catalogue(source)
        for source in sorted(locales.glob("*/LC_MESSAGES/continuity.po"))
        if is_stale(source)
    ]


def is_stale(source: Path) -> bool:
    """Whether the compiled catalogue beside `source` is missing or older."""
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns


def compile_catalogue(source: Path) -> Path:
    """Write the `.mo` beside `source`; fuzzy messages stay untranslated."""
    with source.open("rb") as opened:
        catalogue = read_po(opened, domain="continuity", abort_invalid=True)
    target = source.with_suffix(".mo")
    with target.open("wb") as opened:
        write_mo(opened, catalogue)
    return target


class CatalogueHook(BuildHookInterface[Any]):
    """Leaves compiled catalogues in the tree, for wheels and for editable installs alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files of the build are collected."""
        compile_catalogues(Path(self.root) / "continuity" / "locales")


if __name__ == "__main__":
    compile_catalogues(Path(__file__).parent / "continuity" / "locales")
