"""Who is in which tier, activity and segment, and the row that lists read: after a run all, in the day a few."""

from shuke.segments.services.authoring import archive, change, create
from shuke.segments.services.follow import copy_profiles, follow, forget
from shuke.segments.services.members import fill, fill_all, follow_profiles, follow_scores
from shuke.segments.services.rebuild import refresh

__all__ = [
    "archive",
    "change",
    "copy_profiles",
    "create",
    "fill",
    "fill_all",
    "follow",
    "follow_profiles",
    "follow_scores",
    "forget",
    "refresh",
]
