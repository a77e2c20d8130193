"""派单波次: how many people are asked about a job, whom first, and how likely each says yes."""
