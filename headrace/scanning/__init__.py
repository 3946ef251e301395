"""From a table's segments, page by page, to wherever their items go."""
