"""Who is in which tier and activity, and the row that lists read: of everybody after a run, of a few in the day."""

from shuke.segments.services.follow import copy_profiles, follow, forget
from shuke.segments.services.rebuild import refresh

__all__ = ["copy_profiles", "follow", "forget", "refresh"]
