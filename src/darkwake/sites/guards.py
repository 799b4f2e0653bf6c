"""What must not be taken for a change: clouds that no mask knew, steps that the whole scene makes, images gone wrong.

Nothing is dropped: a value that is not to be believed is nulled, and its row says why.
"""

from __future__ import annotations

import polars as pl

LEAST_CONTROLS = 30
"""Controls that an image must show before anything is said of the whole scene by it."""
CLOUD_LIKENESS = 0.25
"""Half of the controls less alike than this to their own first clear images: cloud, haze or snow over the scene."""
_SERIES = ["sensor", "orbit", "time", "image", "feature"]


def guard(series: pl.DataFrame, controls: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """SERIES of buildings and of controls, guarded: the same rows, values nulled or freed of the scene's own step.

    Args:
        series: SERIES of the buildings.
        controls: SERIES of the controls, places that nobody says changed.
    """
    clouded = _clouded(controls)
    steps = _steps(controls)
    return _guarded(series, clouded, steps), _guarded(controls, clouded, steps)


def _clouded(controls: pl.DataFrame) -> pl.DataFrame:
    """Images on which half of the controls do not look like themselves."""
    alike = controls.filter((pl.col("feature") == "likeness") & pl.col("value").is_not_null())
    seen = alike.group_by("image").agg(pl.len().alias("seen"), pl.col("value").median().alias("alike"))
    return seen.filter((pl.col("seen") >= LEAST_CONTROLS) & (pl.col("alike") < CLOUD_LIKENESS)).select("image")


def _steps(controls: pl.DataFrame) -> pl.DataFrame:
    """The middle of the controls, image by image, against its own middle over all images.

    A new processing, another calibration or a wet day moves every place of a scene by the same step; what is left of it
    after the ring is the same for the controls and for the buildings, and is taken away from both.
    """
    told = controls.filter(pl.col("value").is_not_null() & (pl.col("feature") != "likeness"))
    middle = told.group_by(_SERIES).agg(pl.col("value").median().alias("_middle"), pl.len().alias("_seen"))
    usual = pl.col("_middle").median().over("sensor", "orbit", "feature")
    return middle.filter(pl.col("_seen") >= LEAST_CONTROLS).select(*_SERIES, (pl.col("_middle") - usual).alias("_step"))


def _guarded(series: pl.DataFrame, clouded: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    hidden = pl.col("image").is_in(clouded["image"].implode()) & pl.col("value").is_not_null()
    return (
        series.join(steps, on=_SERIES, how="left", maintain_order="left")
        .with_columns(
            value=pl.when(hidden).then(None).otherwise(pl.col("value") - pl.col("_step").fill_null(0.0)),
            why=pl.when(hidden).then(pl.lit("cloud over the scene, told by its own controls")).otherwise("why"),
        )
        .drop("_step")
    )
