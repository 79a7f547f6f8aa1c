"""How a protocol is written: text to model, and model to text."""
