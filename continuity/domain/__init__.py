"""Nouns and judgements: no I/O, no clock, no randomness."""
