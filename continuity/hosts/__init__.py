"""Where commands run, and what is seen there."""
