"""派单引擎: a pure library. A problem goes in, a plan comes out, with its proof and its reasons."""
