"""Which properties are so on what the search has seen? Those of the file, and those of every dosing protocol."""
