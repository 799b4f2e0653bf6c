"""Make src/darkwake/data/ports.csv and port_names.csv from the World Port Index (NGA Pub. 150, public domain).

Takes the facts that a first run needs: name, country, UN/LOCODE and position; and the other names. A LOCODE that two
ports share is left to neither, because a code that names two places names none.

    python scripts/make_ports.py UpdatedPub150.csv
"""

from __future__ import annotations

import sys
from pathlib import Path

from darkwake import ports

OUT = Path(__file__).parents[1] / "src" / "darkwake" / "data" / "ports.csv"

if __name__ == "__main__":
    table, refused = ports.read(Path(sys.argv[1]))
    table.sort("country", "name", "port").with_columns(
        table.sort("country", "name", "port")["lat"].round(4),
        table.sort("country", "name", "port")["lon"].round(4),
    ).write_csv(OUT)
    names = ports.other_names(Path(sys.argv[1]))
    names.write_csv(OUT.with_name("port_names.csv"))
    print(f"{names.height} other names")
    print(f"{table.height} ports; refused: {refused or 'none'}")
