"""Reports of a workspace: what they rest on, who gets them and when, and what came of that."""
