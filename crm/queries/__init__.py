"""What reads across nouns: the board, timelines, pages, totals."""
