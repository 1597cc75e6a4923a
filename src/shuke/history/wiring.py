"""Where history joins in upstream: whose facts go to another customer is scored again."""

from shuke.customers.registries import MergeFollower, identities_moved
from shuke.history import services

identities_moved.register("history", MergeFollower(joined=services.mark_merged, parted=services.mark_merged))
