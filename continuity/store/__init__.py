"""Where the record and the state of runs are kept: SQLite, or PostgreSQL."""
