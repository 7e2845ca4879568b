"""The order of things: one verb per file."""
