"""A disposable place to restore into, which can be deleted without fear."""
