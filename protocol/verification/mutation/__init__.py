"""What would nobody notice? Single changes of a protocol, and the courses that tell them from it."""
