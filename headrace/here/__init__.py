"""The pipeline on this machine: folders for S3, SQLite for the ledger, threads for the functions."""
