"""The functions: one module each, thin. `wiring` is the one place that puts the parts together."""
