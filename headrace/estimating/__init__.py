"""What a job would do, take and cost, before it is run: by its plan and a sample of what it is about."""
