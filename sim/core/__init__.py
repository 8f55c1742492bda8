"""The array simulator underneath: columns, parameters, random streams, updates, discovery. It knows no countries."""
