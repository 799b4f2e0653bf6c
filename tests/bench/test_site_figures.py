from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from bench import site_null, site_pair, site_scenes, sites


def test_auc_is_the_chance_that_a_changed_one_scores_higher() -> None:
    assert site_null.auc(np.array([3.0, 4.0]), np.array([1.0, 2.0])) == 1.0
    assert site_null.auc(np.array([1.0, 4.0]), np.array([2.0, 3.0])) == 0.5


def test_welch_is_that_of_the_textbook() -> None:
    values = np.array([[1.0, 2.0, 3.0, 7.0, 9.0]])[..., None]
    assert site_null.welch(values, 3)[0] == pytest.approx(6 / np.sqrt(1 / 3 + 2 / 2))


def test_otsu_lies_between_two_heaps() -> None:
    rng = np.random.default_rng(1)
    heaps = np.concatenate([rng.normal(0, 1, 9000), rng.normal(10, 1, 1000)])
    assert 3 < site_pair.otsu(heaps) < 7
    far = heaps > 5
    assert site_pair.f1(heaps, far, ~far, 5.0) == 1.0


def test_a_date_told_as_unknown_is_wrong_of_all_and_left_out_of_those_told() -> None:
    times = [datetime(2022, 1, day) for day in range(1, 5)]
    said = pl.DataFrame({"seed": 0, "building": "a", "time": times, "status": ["intact", "intact", "intact", "unknown"],
                         "posterior": [0.75, 0.75, 0.75, 0.9]})  # fmt: skip
    true = said.select("seed", "building", "time", true=pl.Series(["intact", "intact", "cleared", "cleared"]))
    truth = pl.DataFrame({"seed": [0], "building": ["a"], "kind": ["demolished"]})
    found = site_scenes._status({"statuses": said, "true": true, "truth": truth})
    assert found is not None
    assert (found["right"], found["told"], found["right of told"]) == pytest.approx((0.5, 0.75, 2 / 3))
    assert found["calibration"] == pytest.approx(0.75 - 2 / 3)


def test_seeds_are_numbers_and_ranges() -> None:
    assert sites.seeds_of("0-2,100") == [0, 1, 2, 100]
