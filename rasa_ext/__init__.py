"""What plugs into Rasa: NLU components, input channels and small, separate mends of the engine."""
