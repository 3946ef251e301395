"""The stack: one construct a file, connected in `stack.py`.

Of the engine it imports `headrace.names` and `headrace.errors` only.
"""
