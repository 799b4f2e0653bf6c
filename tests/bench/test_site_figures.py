from __future__ import annotations

import numpy as np
import pytest

from bench import site_null, site_pair


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
