"""Tables of mistakes, by what they are about."""
