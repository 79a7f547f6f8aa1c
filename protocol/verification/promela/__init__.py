"""What a protocol is in Promela, the language of the model checker SPIN: rules, letters and state, each as text."""
