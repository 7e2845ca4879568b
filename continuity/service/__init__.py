"""What runs for as long as the machine does."""
