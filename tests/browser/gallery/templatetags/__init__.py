"""Made-up words in both languages."""
