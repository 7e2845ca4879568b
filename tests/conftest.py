"""What every test may ask for: the real programs, and a deterministic hypothesis in CI."""
