"""What a protocol means: the pure reference, to which everything that runs, replays or verifies is held."""
