"""How people are addressed in each language: sentences, numbers, spans and moments."""
