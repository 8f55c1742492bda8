"""One file, one way of deciding. A policy proposes; mechanisms resolve."""
