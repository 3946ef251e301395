"""Items as objects in S3, and back: what an export writes and what a restore finds."""
