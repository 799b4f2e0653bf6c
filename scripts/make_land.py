"""Make src/darkwake/data/land-*.json.gz from Natural Earth's land polygons.

Natural Earth (naturalearthdata.com) is in the public domain; the npm package `world-atlas` 2.0.2 carries it as
TopoJSON. This script only compresses those files, without a time stamp, so that the same input gives the same bytes.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz && python scripts/make_land.py package
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

DATA = Path(__file__).parents[1] / "src" / "darkwake" / "data"

if __name__ == "__main__":
    for scale in ("50m", "10m"):
        text = (Path(sys.argv[1]) / f"land-{scale}.json").read_bytes()
        (DATA / f"land-{scale}.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))
