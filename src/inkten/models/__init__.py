"""The shipped models, their checksums, and the sessions that run them."""
