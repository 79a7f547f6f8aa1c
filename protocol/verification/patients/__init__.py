"""Which patient does a path of the search stand for? Concrete readings, replayed before anybody sees them."""
