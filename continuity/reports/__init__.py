"""Reports in every form, from one value: the same numbers whoever reads them, and how."""
