"""An independent reader of restic repositories: it never writes, never locks, never asks restic."""
