"""How a protocol is run: for one patient, embedded in somebody else's system."""
