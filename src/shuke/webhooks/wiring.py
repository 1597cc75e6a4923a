"""Where webhooks join in upstream: tiers that change, and follow-ups that are closed."""

from shuke.followups.registries import closed
from shuke.segments.registries import tiers_changed
from shuke.webhooks import services

tiers_changed.register("webhooks", services.tiers_changed)
closed.register("webhooks", services.follow_up_closed)
