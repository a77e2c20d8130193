"""派单引擎的现场证明: random rounds, judges that share nothing with the engine, and the trials."""
