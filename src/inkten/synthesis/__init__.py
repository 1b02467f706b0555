"""Synthetic pages: pictures of digits whose boxes and values are known."""
