"""The only code that calls AWS: one adapter a port, one place where a ClientError becomes ours."""
