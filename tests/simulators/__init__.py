"""Servers that behave as the vendors say that theirs do, on their worst days too."""
