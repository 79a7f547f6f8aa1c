"""How what was given conforms to a protocol, as tables: the deviations, the summaries, and two protocols side by side."""
