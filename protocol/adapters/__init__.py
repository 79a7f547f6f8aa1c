"""Where data come from and go to: text to courses, decisions to text."""
