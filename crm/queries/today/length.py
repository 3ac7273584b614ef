"""How long the lists on Today are at most: the page fits on a screen or two."""

SHOWN = 8
