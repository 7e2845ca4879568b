"""Decode pictures wholly: ``pictures PILLOW_PLACE MOST_PIXELS PATH…``."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable

from .files import files

_NAMED = 10


def tell(words: list[str]) -> dict[str, object]:
    """Decode every picture among the files at or below the paths."""
    place, most_pixels, *paths = words
    sys.path.append(place)
    return _examine(int(most_pixels), paths)


def _examine(most_pixels: int, paths: Iterable[str]) -> dict[str, object]:
    from PIL import Image

    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # the size is looked at before anything is decoded
    known = Image.registered_extensions()
    seen = 0
    broken: list[str] = []
    huge: list[str] = []
    for path, named in files(paths):
        if named or os.path.splitext(path)[1].lower() in known:
            seen += 1
            _look(path, most_pixels, broken, huge)
    return {
        "pictures": seen,
        "broken": len(broken),
        "first": broken[:_NAMED],
        "huge": len(huge),
        "first_huge": huge[:_NAMED],
    }


def _look(path: str, most_pixels: int, broken: list[str], huge: list[str]) -> None:
    from PIL import Image

    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > most_pixels:
                huge.append(path)
            else:
                picture.load()
    except Exception as error:  # noqa: BLE001 - decoders raise whatever a broken file leads to
        broken.append(f"{path}: {error}")
