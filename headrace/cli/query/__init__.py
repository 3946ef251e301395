"""Items by their keys: what is typed becomes a request, and its items are shown as they come."""
