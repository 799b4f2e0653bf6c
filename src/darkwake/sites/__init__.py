"""Image series -> the status of each building, day by day: `watch` one site, or `watch_all` of a table."""

from darkwake.sites.site_tables import Watched
from darkwake.sites.watching import SiteAsked, task, watch, watch_all

__all__ = ["SiteAsked", "Watched", "task", "watch", "watch_all"]
