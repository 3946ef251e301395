"""JSON lines: one object a line, from the bytes of an object to lines, and what is wrong with them."""
