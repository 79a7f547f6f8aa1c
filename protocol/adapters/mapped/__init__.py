"""How tables of a study, or of a data base, become courses as a mapping says."""
