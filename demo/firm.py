"""Fill the workspace of the fictional firm with real files of this machine."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).resolve().parent.parent
# Trees that every Debian has; the first is gone on some minimal installations.
_TREES = (Path("/usr/share/doc"), Path("/usr/share/zoneinfo"), Path("/usr/lib/python3"))
_FILES = 3_000
_BYTES = 80 << 20
_LARGEST = 4 << 20
_FOLDERS = ("erp", "correo", "ficheros", "directorio", "tienda-online", "nominas", "tpv")


def found_firm(root: Path) -> tuple[int, int]:
    """Make the workspace with its data; gives the number of files and bytes."""
    for folder in ("config", "jobs", "runbooks"):
        shutil.copytree(_HERE / folder, root / folder)
    for folder in ("secrets", "repositories", "offline/memoria-usb", "offline/norbit"):
        (root / folder).mkdir(mode=0o700, parents=True)
    for name in ("nas", "exterior"):
        _write_private(root / "secrets" / name, secrets.token_hex(24))
    files = size = 0
    for position, source in enumerate(_real_files()):
        system = root / "data" / _FOLDERS[position % len(_FOLDERS)]
        place = system / source.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, place)
        files, size = files + 1, size + place.stat().st_size
    _add_odd_names(root / "data" / "ficheros")
    return files, size


def _real_files() -> Iterator[Path]:
    files = size = 0
    for path in _paths():
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or not 0 < found.st_size <= _LARGEST:
            continue
        if files == _FILES or size + found.st_size > _BYTES:
            return
        files, size = files + 1, size + found.st_size
        yield path


def _paths() -> Iterator[Path]:
    for tree in _TREES:
        for folder, _folders, names in sorted(os.walk(tree)):
            yield from (Path(folder, name) for name in sorted(names))


def _add_odd_names(folder: Path) -> None:
    """Add what trips backup programs: brackets, blanks, newlines, bytes that are no text, links."""
    raw = os.fsencode(folder)
    for name in (b"acta [borrador].txt", b" con espacio delante", b"l\xednea\nrota", b"$HOME #1"):
        with open(os.path.join(raw, name), "wb") as file:  # noqa: PTH123 - names that are not UTF-8
            file.write(name * 20)
    (folder / "no-tocar-canario.txt").write_text("Nadie toca este archivo.\n", encoding="utf-8")
    (folder / "enlace").symlink_to("acta [borrador].txt")
    (folder / "carpeta vacía").mkdir()


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
