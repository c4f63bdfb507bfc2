"""Speed, as ratios made in one run on one machine. Nothing here is a test: figures are read, not asserted."""
