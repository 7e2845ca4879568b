"""An hour of a service to which everything happens."""
