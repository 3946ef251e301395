"""A module for each command, or for those that are of one kind."""
