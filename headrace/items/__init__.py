"""From a record to a DynamoDB item: types, limits and sizes."""
