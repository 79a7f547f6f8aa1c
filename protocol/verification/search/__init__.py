"""Which states does a protocol reach, on all courses, and what is decided there? The exact abstraction and its search."""
