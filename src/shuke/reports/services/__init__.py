"""Keep the tables behind the dashboard and the pages about the shop as a whole."""

from shuke.reports.services.refreshing import refresh
from shuke.reports.services.studying import study
from shuke.reports.services.tallies import SALES_DAYS

__all__ = ["SALES_DAYS", "refresh", "study"]
