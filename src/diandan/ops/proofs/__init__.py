"""现场证明: one module a proof, with `HELP` and `run(tell) -> (ok, figures)`. See ops/prove.py."""
