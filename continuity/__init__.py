"""Proof, every day, that a business could recover: backups, drills, verdicts and evidence."""

__version__ = "0.1.0"
