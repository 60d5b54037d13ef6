"""Emergencies, self-harm and attempts to change the assistant: looked at before anything else."""
