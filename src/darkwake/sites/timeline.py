"""stub"""
from darkwake.sites import segments
import numpy as np
from darkwake.sites.durations import Length
STATUSES = ("intact", "destroyed", "cleared", "under construction", "rebuilt", "repaired", "unknown")
def posterior(logs, days, *, lengths, first, change):
    L = segments.durations(days, np.log([one.median_days for one in lengths]), np.array([one.spread for one in lengths]))
    return segments.by_date(logs, first, change, L)
