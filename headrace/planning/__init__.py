"""How a job is planned: what it is about is looked at, checked, and cut into work units."""
