"""What is needed when this program is gone too: runbooks on paper, and a kit of stock commands."""
