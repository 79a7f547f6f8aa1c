"""What is true of all courses of a protocol: explored to the end, so that each answer is a proof or a patient."""
