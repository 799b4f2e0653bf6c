"""Darkwake."""
