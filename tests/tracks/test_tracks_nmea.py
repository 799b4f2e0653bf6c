"""Every sentence of an NMEA file is kept or refused with one reason, whatever stands round it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from pyais import encode_dict

from darkwake.schema import in_order
from darkwake.tracks import Added, Store, ingest, sniff

SHIP = 200_000_001
NOON = 1_759_320_000  # 2025-10-01 12:00:00 UTC


def sentences(**fields: Any) -> list[str]:
    return encode_dict({"mmsi": SHIP, **fields}, talker_id="AI", sentence_type="VDM", radio_channel="A")


def at(lat: float = 10.0, lon: float = 20.0, **fields: Any) -> str:
    (one,) = sentences(**{"msg_type": 1, "lat": lat, "lon": lon, "speed": 9.5, "course": 90.0, "heading": 91, **fields})
    return one


def summed(body: str) -> str:
    total = 0
    for letter in body.encode():
        total ^= letter
    return f"{body}*{total:02X}"


def tagged(sentence: str, body: str) -> str:
    return f"\\{summed(body)}\\{sentence}"


def add(tmp_path: Path, *lines: str) -> tuple[Added, pl.DataFrame]:
    path = tmp_path / "feed.nmea"
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    (added,) = ingest(path, tmp_path / "store")
    assert added.source.rows == added.source.kept + sum(added.source.refused.values())
    return added, in_order(Store(tmp_path / "store").positions().collect())


def test_every_way_of_telling_the_time_gives_the_same_instant(tmp_path: Path) -> None:
    wrapper = summed("PGHP,1,2025,10,1,12,0,0,0,200,,2000001,1,00")
    _, rows = add(
        tmp_path,
        tagged(at(1), f"s:invented,c:{NOON}"),
        tagged(at(2), f"c:{NOON}000,s:invented"),
        f"${wrapper}",
        at(3),
        f"{NOON} {at(4)}",
        f"{NOON}.000,{at(5)}",
        f"2025-10-01T14:00:00+02:00 {at(6)}",
        f"{at(7)},rINVENTED,{NOON}",
        f"2025-10-01 12:00:00.000 [x] {at(8)}",
    )
    assert rows["time"].to_list() == [datetime(2025, 10, 1, 12)] * 8
    assert rows.sort("row")["lat"].to_list() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert rows.sort("row")["row"].to_list() == [1, 2, 4, 5, 6, 7, 8, 9]


def test_a_station_number_behind_a_sentence_is_no_time(tmp_path: Path) -> None:
    _, rows = add(tmp_path, f"{at(1)},s27015,d-084,T37.87,x75351,r003669945,{NOON}")
    assert rows["time"].to_list() == [datetime(2025, 10, 1, 12)]


def test_a_wrapper_lends_its_time_to_one_message_only(tmp_path: Path) -> None:
    added, rows = add(tmp_path, "$" + summed("PGHP,1,2025,10,1,12,0,0,0,200,,2000001,1,00"), at(1), at(2))
    assert rows["lat"].to_list() == [1.0]
    assert added.source.refused == {"no message: time of the next message ($PGHP)": 1, "no time": 1}


def test_the_parts_of_a_message_are_joined_across_lines_and_counted_as_kept(tmp_path: Path) -> None:
    first, second = sentences(
        msg_type=5, shipname="INVENTED", imo=9_000_001, callsign="XX1", ship_type=70, to_bow=100, to_stern=20,
        to_port=10, to_starboard=10, draught=7.5, destination="NOWHERE", month=10, day=2, hour=12, minute=30,
    )  # fmt: skip
    added, _ = add(
        tmp_path,
        tagged(first, f"g:1-2-77,s:invented,c:{NOON}"),
        tagged(at(), f"c:{NOON}"),
        tagged(second, "g:2-2-77"),
    )
    assert (added.source.rows, added.source.kept, added.positions) == (3, 3, 1)
    assert added.messages == {"1": 1, "5": 1}
    table = Store(tmp_path / "store").identities()
    assert table["row"].unique().to_list() == [1]
    assert dict(table.select("field", "value").iter_rows()) == {
        "callsign": "XX1", "destination": "NOWHERE", "draught_m": "7.5", "eta": "10-02 12:30", "imo": "9000001",
        "length_m": "120", "name": "INVENTED", "ship_type": "70", "width_m": "20",
    }  # fmt: skip


def test_each_class_of_line_has_its_own_reason(tmp_path: Path) -> None:
    first, _ = sentences(msg_type=5, shipname="INVENTED")
    (base,) = sentences(msg_type=4, year=2025)
    (aid,) = sentences(msg_type=21, name="INVENTED", lat=1, lon=2)
    (channel,) = sentences(msg_type=20)
    sound = tagged(at(), f"c:{NOON}")
    added, rows = add(
        tmp_path,
        sound,
        "",
        "# a comment",
        "$GPGGA,120000,0100.0,N,00200.0,E,1,04,2.6,1.0,M,0.0,M,,0000*6D",
        "free text",
        sound.replace("!AIVDM", "!ANVDM"),
        at().split("*")[0],
        sound.replace(f"c:{NOON}", f"c:{NOON + 1}"),
        "!" + summed("AIVDM,1,1,,A,,0"),
        "!" + summed("AIVDM,3,4,,A,15,0"),
        f"{NOON} {base}",
        f"{NOON} {aid}",
        f"{NOON} {channel}",
        f"{NOON} {at(91, 181)}",
        f"{NOON} " + sentences(msg_type=1, mmsi=2_000_001, lat=1, lon=1)[0],
        f"{NOON} " + sentences(msg_type=24, partno=0, shipname="")[0],
        sound,
        at(5),
        f"{NOON} {first}",
    )
    assert rows.height == added.source.kept == 1
    assert added.source.refused == {
        "bad checksum": 1,
        "bad checksum in tag block": 1,
        "cannot be decoded": 2,
        "exact duplicate": 1,
        "incomplete multi-part message": 1,
        "message 20: neither position nor identity": 1,
        "no checksum": 1,
        "no message: another NMEA sentence": 1,
        "no message: comment": 1,
        "no message: empty line": 1,
        "no message: not NMEA": 1,
        "no time": 1,
        "no value in identity message": 1,
        "not a ship: aid to navigation": 1,
        "not a ship: base station": 2,
        "position not available (91, 181)": 1,
    }


def test_a_message_without_all_of_its_parts_is_refused_part_by_part(tmp_path: Path) -> None:
    first, second = sentences(msg_type=5, shipname="INVENTED")
    added, _ = add(tmp_path, f"{NOON} {first}", f"{NOON} {first}", f"{NOON} {second}", f"{NOON} {second}")
    assert added.source.refused == {"incomplete multi-part message": 2}
    assert added.source.kept == 2


def test_parts_far_from_one_another_are_not_joined(tmp_path: Path) -> None:
    first, second = sentences(msg_type=5, shipname="INVENTED")
    added, _ = add(tmp_path, f"{NOON} {first}", *["# wait"] * 2_000, f"{NOON} {second}")
    assert added.source.refused["incomplete multi-part message"] == 2


def test_two_sentences_on_one_line_count_as_two(tmp_path: Path) -> None:
    added, rows = add(tmp_path, tagged(at(1), f"c:{NOON}") + tagged(at(2), f"c:{NOON}"))
    assert added.source.rows == 2
    assert rows["row"].to_list() == [1, 1]


def test_class_b_and_the_satellites_message_are_told_apart(tmp_path: Path) -> None:
    _, rows = add(
        tmp_path,
        f"{NOON} " + sentences(msg_type=18, lat=1, lon=1, speed=102.3, course=360, heading=511)[0],
        f"{NOON} " + sentences(msg_type=27, mmsi=SHIP + 1, lat=2, lon=2, speed=63, course=511)[0],
        f"{NOON} {at(3, mmsi=SHIP + 2, status=5)}",
    )
    assert rows["ais_class"].to_list() == ["B", "A", "A"]
    assert rows["receiver"].to_list() == [None, "satellite", None]
    assert rows["sog"].to_list() == [None, None, 9.5]
    assert rows["cog"].to_list() == [None, None, 90.0]
    assert rows["status"].to_list()[2] == 5


def test_a_feed_is_recognised_by_its_sentences_alone(tmp_path: Path) -> None:
    path = tmp_path / "no-extension"
    path.write_text(f"# comment\n\n\\{summed('s:x')}\\{at()}\n")
    assert sniff(path) == "nmea"
