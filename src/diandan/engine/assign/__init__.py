"""精确配对: minimum-cost assignment with headcounts and capacities, proven and repairable."""
