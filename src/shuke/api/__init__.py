"""The way in for programs: records written in batches, profiles read, webhooks received; documented at /api/docs."""
