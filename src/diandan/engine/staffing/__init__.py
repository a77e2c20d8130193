"""配单: from a problem to a proven plan: candidates, the exact assignment, ties by search."""
