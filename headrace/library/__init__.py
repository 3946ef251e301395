"""The library: what a person's own Python calls. `wiring` is the one place that puts it together."""
