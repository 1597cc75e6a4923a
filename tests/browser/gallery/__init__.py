"""Every component with made-up data, served as the product serves its pages; for development and tests only."""
