"""What people write, turned into domain objects or into every problem at once.

Nothing is imported here, so that a command which finds nothing changed never pays for a parser.
"""
