"""Independent witnesses of the storage in which repositories are kept."""
