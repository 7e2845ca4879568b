"""What Continuity costs, measured against the plain tools on this machine."""
