"""Reminder rules at work: what is due by one, who is to do it, the tasks, and what to expect."""
