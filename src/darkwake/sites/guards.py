"""What must not be taken for a change: clouds that no mask knew, steps that the whole scene makes, ground unlike roofs.

The ring is a fair control only as far as the building follows it: rain and season move a meadow by more than the roof
in it, and taking all of the ring away would then put the meadow's year into the roof's series. So each building's own
share is learnt from how it and its ring move from one image to the next, which a lasting change does not touch, and
only that share of the ring's movement is taken away.

Nothing is dropped: a value that is not to be believed is nulled, and its row says why.
"""

from __future__ import annotations

import polars as pl

LEAST_CONTROLS = 30
"""Controls that an image must show before anything is said of the whole scene by it."""
CLOUD_LIKENESS = 0.25
"""Half of the controls less alike than this to their own first clear images: cloud, haze or snow over the scene."""
SHARE_SPREAD = 0.5
"""How far from 1 the share of its ring's movement that a building follows may lie, by belief, before it is seen."""
STEADY = 1.6
"""A building whose series spreads by more than this times the usual control's is not asked for the scene's step."""
LEAST_STEADY = 15
"""Such buildings that an image must show."""
_OWN = ["building", "sensor", "orbit", "feature"]
_SERIES = ["sensor", "orbit", "time", "image", "feature"]


def guard(series: pl.DataFrame, controls: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """SERIES of buildings and of controls, guarded: the same rows, values nulled or freed of the scene's own step.

    Args:
        series: SERIES of the buildings.
        controls: SERIES of the controls, places that nobody says changed.
    """
    clouded = _clouded(controls)
    series, controls = (_followed(_without(table, clouded)) for table in (series, controls))
    steps = _steps(controls)
    series, controls = _level(series, steps), _level(controls, steps)
    return _level(series, _steps(_steady(series, controls), least=LEAST_STEADY)), controls


def _clouded(controls: pl.DataFrame) -> pl.DataFrame:
    """Images on which half of the controls do not look like themselves."""
    alike = controls.filter((pl.col("feature") == "likeness") & pl.col("value").is_not_null())
    seen = alike.group_by("image").agg(pl.len().alias("seen"), pl.col("value").median().alias("alike"))
    return seen.filter((pl.col("seen") >= LEAST_CONTROLS) & (pl.col("alike") < CLOUD_LIKENESS)).select("image")


def _steady(series: pl.DataFrame, controls: pl.DataFrame) -> pl.DataFrame:
    """Radar series of the buildings that move about as little as the controls do, each less its own middle.

    Roofs answer to a new processing and to snow round them otherwise than the ground does, and all of them alike. A
    building that is gone moves by more than that and is not asked; where most of a town is gone, few are left to be
    asked, and nothing is taken away.
    """
    spread = pl.col("value").std()
    usual = controls.group_by(_OWN).agg(spread.alias("_s")).group_by(_OWN[1:]).agg(_usual=pl.col("_s").median())
    calm = (
        series.group_by(_OWN).agg(_s=spread).join(usual, on=_OWN[1:]).filter(pl.col("_s") <= STEADY * pl.col("_usual"))
    )
    radar = series.filter((pl.col("sensor") == "s1") & pl.col("value").is_not_null())
    return radar.join(calm, on=_OWN, how="semi").with_columns(
        value=pl.col("value") - pl.col("value").median().over(_OWN)
    )


def _steps(controls: pl.DataFrame, *, least: int = LEAST_CONTROLS) -> pl.DataFrame:
    """The middle of the controls, image by image, against its own middle over all images.

    A new processing, another calibration or a wet day moves every place of a scene by the same step; what is left of it
    after the ring is the same for the controls and for the buildings, and is taken away from both.
    """
    told = controls.filter(pl.col("value").is_not_null() & (pl.col("feature") != "likeness"))
    middle = told.group_by(_SERIES).agg(pl.col("value").median().alias("_middle"), pl.len().alias("_seen"))
    usual = pl.col("_middle").median().over("sensor", "orbit", "feature")
    return middle.filter(pl.col("_seen") >= least).select(*_SERIES, (pl.col("_middle") - usual).alias("_step"))


def _without(series: pl.DataFrame, clouded: pl.DataFrame) -> pl.DataFrame:
    hidden = pl.col("image").is_in(clouded["image"].implode()) & pl.col("value").is_not_null()
    return series.with_columns(
        value=pl.when(hidden).then(None).otherwise("value"),
        why=pl.when(hidden).then(pl.lit("cloud over the scene, told by its own controls")).otherwise("why"),
    )


def _followed(series: pl.DataFrame) -> pl.DataFrame:
    """Only as much of the ring's movement taken away as the building follows; the level stays inside minus ring."""
    told = series.filter(pl.col("value").is_not_null() & (pl.col("feature") != "likeness")).sort(*_OWN, "time")
    moves = told.select(
        *_OWN, *(pl.col(name).diff().over(_OWN).alias(f"_{name}") for name in ("inside", "ring"))
    ).drop_nulls()
    shares = (
        moves.group_by(_OWN)
        .agg(
            both=(pl.col("_inside") * pl.col("_ring")).sum(),
            ring=(pl.col("_ring") ** 2).sum(),
            noise=((pl.col("_inside") - pl.col("_ring")) ** 2).mean(),
        )
        .with_columns(belief=pl.col("noise") / SHARE_SPREAD**2)
        .with_columns(_share=((pl.col("both") + pl.col("belief")) / (pl.col("ring") + pl.col("belief"))).clip(0.0, 1.5))
        .with_columns(_share=pl.when(pl.col("_share").is_finite()).then("_share").otherwise(1.0))
    )
    usual = told.group_by(_OWN).agg(pl.col("ring").median().alias("_usual"))
    left = (1.0 - pl.col("_share").fill_null(1.0)) * (pl.col("ring") - pl.col("_usual"))
    return (
        series.join(shares.select(*_OWN, "_share"), on=_OWN, how="left", maintain_order="left")
        .join(usual, on=_OWN, how="left", maintain_order="left")
        .with_columns(value=pl.col("value") + left.fill_null(0.0))
        .drop("_share", "_usual")
    )


def _level(series: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    return (
        series.join(steps, on=_SERIES, how="left", maintain_order="left")
        .with_columns(value=pl.col("value") - pl.col("_step").fill_null(0.0))
        .drop("_step")
    )
