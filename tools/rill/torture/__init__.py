"""Power cuts at every flash operation of a meter's life: docs/simulator.md."""
