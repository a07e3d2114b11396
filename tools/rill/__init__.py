"""Rill on the laptop: simulate, build and serve water meters."""
