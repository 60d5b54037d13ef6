"""Understanding a message: spelling, sentence vectors, one intent-and-topic classifier, several questions at once."""
