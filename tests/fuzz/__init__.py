"""Bytes that somebody else wrote, thrown at what reads them."""
