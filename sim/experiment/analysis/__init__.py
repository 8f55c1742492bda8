"""What a sweep has to say: who makes the outcomes differ, where they go wrong, what an arm changes, and how surely.

Every part has a pure function on arrays or tables, and `of(sweep, ...)` that reads them from a finished sweep.
"""

from __future__ import annotations
