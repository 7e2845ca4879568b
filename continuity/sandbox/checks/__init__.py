"""What a job may ask of what was restored: one file for each kind of question."""
