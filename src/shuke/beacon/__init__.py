"""The web beacon 埋点: what identified customers do on the pages of a shop, told by their browsers with consent."""
