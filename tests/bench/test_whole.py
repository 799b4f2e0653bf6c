"""The measurement of a whole run is kept alive at its smallest size."""

from __future__ import annotations

import json

import pytest

from bench import whole


@pytest.mark.slow
def test_a_whole_case_is_measured_step_by_step(capfd: pytest.CaptureFixture[str]) -> None:
    assert whole.main(["--rows", "0.02", "--exports", "csv", "--json"]) == 0
    told = json.loads(capfd.readouterr().out.splitlines()[-1])
    (size,) = told["figures"]["sizes"]
    assert size["events"] > 0
    assert {"ingest", "detect", "weigh", "join", "draw"} <= {one["step"] for one in size["steps"]}
    assert all(one["cpu_s"] >= 0 and one["peak_mb"] > 0 for one in size["steps"])
    assert [aim["want"] for aim in told["targets"]] == ["< 3,000"]
