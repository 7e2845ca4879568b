"""Manifests on disk: what they look like, and the shelf they stand on."""

from continuity.store.manifests.blocks import Header
from continuity.store.manifests.portraits import PortraitShelf
from continuity.store.manifests.shelf import ManifestShelf

__all__ = ["Header", "ManifestShelf", "PortraitShelf"]
