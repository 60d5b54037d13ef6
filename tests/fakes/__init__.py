"""Platforms on the loopback interface that enforce their documented limits and keep what they were told."""
