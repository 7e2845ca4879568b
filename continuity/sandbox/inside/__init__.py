"""Programs of ours that run inside a cell; they import nothing but Python's own modules."""
