"""A stub of AWS over TLS, in a process of its own: every signature is checked, every answer comes at once or
after a set latency, and what came is counted."""
