"""What a job is: its fields, how it is checked, and the ways to start one."""
