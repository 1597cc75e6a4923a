"""What a customer does not want to be offered: who said so, when, why; the strictest of two who are one person."""
