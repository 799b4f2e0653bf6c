"""What image series say of buildings: the images, one row a building a date, breaks, and a status day by day."""

from __future__ import annotations

import polars as pl

from darkwake.schema.base import TIME, columns

FOOTPRINTS = columns(
    {
        "building": pl.String,  # the file's own id, or made from the content
        "site": pl.String,
        "label": pl.String,  # what a reader sees
        "lon": pl.Float64,  # a point inside, degrees
        "lat": pl.Float64,
        "area_m2": pl.Float64,
        "rings": pl.List(pl.List(pl.Float64)),  # lon, lat, lon, lat ...; the outer ring of each polygon, then its holes
        "kind": pl.String,  # "building", or "cell" where a site's area was cut because it had no footprints
    }
)
"""Sorted by site, building."""

BAND = pl.Struct({"band": pl.String, "path": pl.String, "at": pl.Int64, "sha256": pl.String})
"""A band of an image: a file or an address, its place in that file (1 for the first), the file's hash once read."""

IMAGES = columns(
    {
        "image": pl.String,  # made from the content, or the STAC item's id
        "site": pl.String,
        "sensor": pl.String,  # "s1", "s2", "landsat" or "optical"
        "orbit": pl.String,  # of radar: pass and track, such as "137"; each is compared with itself only
        "time": TIME,
        "bands": pl.List(BAND),
        "crs": pl.String,  # such as "EPSG:32611"; empty where unreferenced, which is for looking only
        "gsd_m": pl.Float64,  # width of a pixel
        "west": pl.Float64,  # its bounds in degrees; null where unreferenced
        "south": pl.Float64,
        "east": pl.Float64,
        "north": pl.Float64,
        "baseline": pl.String,  # Sentinel-2's processing baseline, such as "04.00"
        "credit": pl.String,  # who must be named beside a picture of it
        "usable": pl.Boolean,
        "why": pl.String,  # why it is not usable
    }
)
"""Images of a site, refused ones too; sorted by site, time, sensor, image."""

SERIES = columns(
    {
        "building": pl.String,
        "image": pl.String,
        "sensor": pl.String,
        "orbit": pl.String,
        "time": TIME,
        "feature": pl.String,  # "vv_db", "vh_db", "red", "brightness", "texture", "likeness" ...
        "value": pl.Float64,  # inside minus ring; null where it cannot be told
        "inside": pl.Float64,  # the building itself
        "ring": pl.Float64,  # the ground round it
        "pixels": pl.Int64,  # valid ones inside
        "ring_pixels": pl.Int64,
        "why": pl.String,  # why the value is null: "cloud", "outside", "too few pixels", "scene step" ...; else empty
    }
)
"""One row a building, image and feature; sorted by building, sensor, orbit, time, feature."""

BREAKS = columns(
    {
        "id": pl.String,
        "building": pl.String,
        "sensor": pl.String,
        "after": TIME,  # the last image before
        "by": TIME,  # the first image after
        "statistic": pl.Float64,
        "p": pl.Float64,  # by permutation on the scene's own controls, over all dates scanned
        "q": pl.Float64,  # false-discovery rate over the buildings of the scene
        "features": pl.List(pl.Struct({"feature": pl.String, "before": pl.Float64, "after": pl.Float64})),
        "says": pl.String,
    }
)
"""When a series broke, and how surely; sorted by building, by, sensor."""

STATUSES = columns(
    {
        "building": pl.String,
        "time": TIME,  # of a usable image
        "status": pl.String,  # a word of sites.timeline.STATUSES
        "posterior": pl.Float64,  # of that status
        "all": pl.List(pl.Struct({"status": pl.String, "posterior": pl.Float64})),
        "images": pl.List(pl.String),
    }
)
"""Exactly one status a building and usable date; sorted by building, time."""

PHASES = columns(
    {
        "id": pl.String,
        "building": pl.String,
        "status": pl.String,
        "start_after": TIME,  # last clear image before it began; null: before the first image
        "start_by": TIME,  # first clear image in it
        "end_after": TIME,  # last clear image in it
        "end_by": TIME,  # first clear image after it; null: still so at the last image
        "posterior": pl.Float64,  # the least of its dates
        "by": pl.String,  # "machine", or the name of the analyst who read it; both stand side by side
        "images": pl.List(pl.String),  # what shows it: the last before, the first in, the last in, the first after
        "says": pl.String,
        "innocent": pl.List(pl.String),
    }
)
"""The timeline of a building as intervals; sorted by building, start_by, by."""

SCENES = columns(
    {
        "site": pl.String,
        "sensor": pl.String,
        "orbit": pl.String,
        "images": pl.Int64,
        "usable": pl.Int64,
        "controls": pl.Int64,  # places that nobody says changed, from which the false alarms were measured
        "false_alarms_5": pl.Float64,  # the share of controls called at p < .05, and at p < .01
        "false_alarms_1": pl.Float64,
        "smallest_seen": pl.Float64,  # the change that half of the planted ones are found at, in `unit`
        "unit": pl.String,
        "says": pl.String,
    }
)
"""How far the series of a sensor can be believed at a site; sorted by site, sensor, orbit."""

ASSESSED = columns(
    {
        "building": pl.String,
        "site": pl.String,
        "assessable": pl.Boolean,
        "why": pl.String,  # why it is not
        "dates": pl.Int64,  # usable ones
        "first": TIME,
        "last": TIME,
        "status": pl.String,  # at the last date
        "posterior": pl.Float64,
    }
)
"""One row a building: every building of a site, the ones that cannot be assessed too; sorted by site, building."""

READINGS = columns(
    {
        "building": pl.String,
        "time": TIME,  # of the image that was read
        "status": pl.String,
        "by": pl.String,  # a person's name
        "at": TIME,  # when it was entered
        "because": pl.String,
    }
)
"""What analysts read from pictures: evidence beside the machine's, never over it; sorted by building, time, at."""
