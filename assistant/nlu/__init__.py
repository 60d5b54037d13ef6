"""Understanding a message: spelling, one intent-and-topic classifier, several questions at once."""
