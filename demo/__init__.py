"""The demonstration: a fictional firm, real files, real backups, real sabotage."""
