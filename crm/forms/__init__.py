"""Forms: one file per noun, on the base in ``base.py``."""
