"""Programs of ours that run inside a cell; they import nothing but Python's own modules.

Each has ``tell(words)``, which gives what is printed as one JSON object.
"""
