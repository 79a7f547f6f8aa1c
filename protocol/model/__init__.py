"""What a protocol, a course and a decision are: frozen values, nothing that computes a decision."""
