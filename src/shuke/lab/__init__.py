"""The policy lab: what a policy would change, seen on a past day before it counts for anybody."""
