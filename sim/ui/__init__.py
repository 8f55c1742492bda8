"""The browser interface: a page on which a world turns, is changed and is looked back upon."""
