"""The case: evidence from anyone joined into threads, and the files that people and machines read."""
