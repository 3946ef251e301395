"""The names that the engine, the functions and the infrastructure have to agree on.

This is all of the engine that `infra/` may import.
"""

from __future__ import annotations

VERSION = "0.1.0"

# Environment of the functions
ENV_BUCKET = "HEADRACE_BUCKET"
ENV_WRITE_QUEUE_URL = "HEADRACE_WRITE_QUEUE_URL"
ENV_LEDGER_TABLE = "HEADRACE_LEDGER_TABLE"
ENV_TABLES = "HEADRACE_TABLES"
ENV_RETENTION_DAYS = "HEADRACE_RETENTION_DAYS"
ENV_STALL_SECONDS = "HEADRACE_STALL_SECONDS"
ENV_QUEUES = "HEADRACE_QUEUES"
ENV_ROLES = "HEADRACE_ROLES"
ENV_SCAN_TABLE = "HEADRACE_SCAN_TABLE"
ENV_SCAN_QUEUE_URL = "HEADRACE_SCAN_QUEUE_URL"

# Layout of the data bucket
INCOMING_PREFIX = "incoming/"
JOBS_PREFIX = "jobs/"
DEAD_PREFIX = "dead/"
EXPORTS_PREFIX = "exports/"
MAP_RESULTS_PREFIX = "map-results"
OPTIONS_OBJECT = "_headrace.json"

# The functions, and what memory each has unless a setting says otherwise, in MB
MEMORY_MB = {
    "plan": 512,
    "load_chunk": 1024,
    "scan_segment": 1024,
    "write_batch": 512,
    "dead_letter": 256,
    "settle": 256,
    "report": 256,
    "stop": 256,
}

# Executions on a person's machine, as ARNs are to those of the state machine
HERE = "here:"

# The ledger table
LEDGER_PARTITION_KEY = "job"
LEDGER_SORT_KEY = "record"
LEDGER_TTL = "expires"

# The event that tells that a job ended
EVENT_SOURCE = "headrace"
EVENT_DETAIL_TYPE = "Job Finished"

# Outputs of the stack
STACK_NAME = "Headrace"
OUTPUT_STATE_MACHINE_ARN = "StateMachineArn"
OUTPUT_DATA_BUCKET = "DataBucketName"
OUTPUT_WRITE_QUEUE_URL = "WriteQueueUrl"
OUTPUT_DEAD_LETTER_QUEUE_URL = "DeadLetterQueueUrl"
OUTPUT_LEDGER_TABLE = "LedgerTableName"
OUTPUT_DASHBOARD_URL = "DashboardUrl"
