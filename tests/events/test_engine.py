"""The engine: keys that change between stages, files in any state, processes, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import By, Detector, Stage, engine, gap, reading
from made_positions import Files, positions

ROWS = [(900000001 + k % 7, float(k), 1.0 + (k % 3), 2.0, 1.0) for k in range(40)]


def rounded(table: pl.DataFrame) -> pl.DataFrame:
    return table.select("ship", "time", place=pl.col("lat").round(0).cast(pl.Int64))


def crowds(table: pl.DataFrame) -> pl.DataFrame:
    """One event a place, which needs all ships of the place together: the first ship and the last time there."""
    found = table.group_by("place").agg(
        pl.col("ship").min(), pl.col("time").min().alias("start"), pl.col("time").max().alias("end"), pl.len()
    )
    known = {"id": pl.format("crowd-{}", "place"), "kind": pl.lit("crowd"), "details": pl.format("{}", "len")}
    lacking = {name: pl.lit(None, kind) for name, kind in schema.EVENTS.items() if name not in [*found.columns, *known]}
    return found.with_columns(**known, **lacking).select(list(schema.EVENTS))


def misses(_: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame({"ship": [1]})


CROWD = Detector("crowd", (Stage(By("ship"), rounded), Stage(By("place"), crowds)), about="")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stage_with_another_key_sees_all_rows_of_it_wherever_they_lay(tmp_path: Path, workers: int) -> None:
    table = positions(ROWS)
    store = Files(tmp_path, [[table.filter(pl.col("ship") % 3 == at)] for at in range(3)])
    found = CROWD.run(store, workers=workers)
    assert dict(found.select("id", "details").iter_rows()) == {"crowd-1": "14", "crowd-2": "13", "crowd-3": "13"}
    assert found.equals(CROWD.run(table))


def in_pieces(table: pl.DataFrame) -> Iterator[pl.DataFrame]:
    yield from (rounded(table[at : at + 3]) for at in range(0, table.height, 3))


@pytest.mark.parametrize("most_rows", [1, 5, 10**6])
def test_tables_in_pieces_and_shares_of_large_ones_give_the_same_events(tmp_path: Path, most_rows: int) -> None:
    table = positions(ROWS)
    store = Files(tmp_path, [[table.filter(pl.col("ship") % 2 == at)] for at in range(2)])
    two = (Stage(By("ship"), in_pieces), Stage(By("place"), crowds))
    assert engine.run("crowd", two, store, most_rows=most_rows).equals(CROWD.run(table))
    three = (Stage(By("ship"), in_pieces), Stage(By("ship", "place"), rows_again), Stage(By("place"), crowds))
    assert engine.run("crowd", three, store, most_rows=most_rows).equals(CROWD.run(table))


def rows_again(table: pl.DataFrame) -> pl.DataFrame:
    return table


def test_a_key_that_lies_within_the_shards_is_not_scattered() -> None:
    stages = [Stage(By("ship"), rounded), Stage(By("ship", "place"), crowds), Stage(By("place"), crowds)]
    assert [(key, len(part)) for key, part in engine._chains(stages)] == [(("ship",), 2), (("place",), 1)]


def test_sorted_files_of_several_days_or_shards_are_read_without_the_other_columns(tmp_path: Path) -> None:
    table = positions([(900000001 + k % 7, k / 10, 1.0 + (k % 3), 2.0, 1.0) for k in range(720)])
    days = [table.filter(pl.col("time").dt.day() == day) for day in (2, 1)]
    days += [table.filter(pl.col("time").dt.day() == 3, pl.col("ship") % 2 == at) for at in range(2)]
    # a column that the whole order would need is gone, so a shard that is sorted as a whole cannot be read
    few = Files(tmp_path, [[day.drop("heading") for day in days]])
    wanted = table.select("ship", "time", "lat", "row")
    assert all(day.height for day in days)
    assert engine.read(few.shards()[0], ("ship", "time", "lat", "row")).equals(wanted)


def test_files_in_any_order_with_doubles_give_what_one_sorted_file_gives(tmp_path: Path) -> None:
    table = positions(ROWS)
    again = table.sample(fraction=1.0, shuffle=True, seed=3).with_columns(source=pl.lit("9" * 64))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    mixed = Files(tmp_path / "a", [[again[:20], table.reverse(), again]])
    assert engine.read(mixed.shards()[0]).equals(table)
    assert engine.read(mixed.shards()[0], ("ship", "time")).equals(table.select("ship", "time"))
    tidy = Files(tmp_path / "b", [[table]])
    assert gap().run(mixed).equals(gap().run(tidy))


def test_progress_counts_every_shard_and_small_ones_are_taken_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = positions(ROWS)
    store = Files(tmp_path, [[table.filter(pl.col("ship") % 2 == at)] for at in range(2)])

    def counted() -> tuple[list[tuple[int, int]], pl.DataFrame]:
        seen: list[tuple[int, int]] = []
        found = gap().run(store, progress=lambda done, of: seen.append((done, of)))
        return seen, found

    together, found = counted()
    assert together == [(1, 1)]
    assert len(engine.shards_of(store, workers=2)) == 2
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    apart, same = counted()
    assert apart == [(1, 2), (2, 2)]
    assert same.equals(found)
    assert found.height


def test_an_empty_store_has_no_events(tmp_path: Path) -> None:
    assert gap().run(Files(tmp_path, [[], []])).is_empty()
    assert CROWD.run(Files(tmp_path, [])).is_empty()


def test_what_cannot_be_run_is_refused_in_words() -> None:
    near: Any = 500.0
    with pytest.raises(WrongUse, match="cannot run a stage that sees"):
        Stage(near, rounded)
    with pytest.raises(WrongUse, match="names no column"):
        By()
    with pytest.raises(WrongUse, match="not POSITIONS: column 'ship' is missing"):
        gap().run(pl.DataFrame({"time": []}))
    with pytest.raises(WrongUse, match="did not return EVENTS"):
        Detector("wrong", (Stage(By("ship"), misses),), about="").run(positions(ROWS))


def test_many_shards_go_on_to_another_key_in_few_lots_and_few_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    monkeypatch.setattr(engine, "MOST_LOTS", 2)
    table = positions(ROWS)
    store = Files(tmp_path, [[table.filter(pl.col("ship") % 7 == at)] for at in range(7)])
    whole = CROWD.run(table)
    seen: list[tuple[int, int]] = []
    written: list[tuple[int, str, int]] = []
    scattered = engine.scattered

    def watched(*given: Any, **told: Any) -> list[tuple[int, str, int]]:
        files = scattered(*given, **told)
        written.extend(files)
        return files

    monkeypatch.setattr(engine, "scattered", watched)
    assert CROWD.run(store, progress=lambda done, of: seen.append((done, of))).equals(whole)
    assert seen[:2] == [(1, 2), (2, 2)]
    assert sum(rows for _, _, rows in written) == table.height
    assert len(written) <= 2 * 2
