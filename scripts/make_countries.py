"""Make src/darkwake/data/countries.csv: ISO 3166-1 codes and English names, from the development package pycountry.

python scripts/make_countries.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import pycountry

OUT = Path(__file__).parents[1] / "src" / "darkwake" / "data" / "countries.csv"

if __name__ == "__main__":
    with OUT.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["alpha2", "alpha3", "name"])
        for land in sorted(pycountry.countries, key=lambda land: str(land.alpha_2)):
            table.writerow([land.alpha_2, land.alpha_3, getattr(land, "common_name", land.name)])
