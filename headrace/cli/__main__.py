"""`python -m headrace.cli`."""

from __future__ import annotations

from headrace.cli.main import main

main()
