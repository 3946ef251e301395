"""What the engine costs, in memory and in CPU: run by hand, with the figures in docs/benchmarks.md."""
