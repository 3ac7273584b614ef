"""Records as papers: PDF, set by typst in a program of its own (``typesetter.py``)."""
