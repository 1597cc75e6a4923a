"""What keeps an installation alive: its folders, PostgreSQL, supervisor and health. No Django."""
