"""Servers that stand in for the world in tests: real protocols, on loopback, with faults on demand."""
