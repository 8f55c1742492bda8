"""One file, one mechanism; `_skeleton.py` is there to be copied."""
