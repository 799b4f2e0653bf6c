"""What a ship says that it is bound for, and the ports that this names: by UN/LOCODE or by its whole name."""

from __future__ import annotations

import polars as pl

_KEYS = ["voyage", "kind", "event"]


def destinations(quiet: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    """voyage, kind, event, destination and keys: what each ship had said last when it was last heard.

    `quiet` is what `silences` gave; before a track nothing was said. `keys` are the names and codes that it may mean:
    of "CN ZUH > IR BND" the part after the last >, of "A/B" and "A, B" both.
    """
    said = identities.filter(pl.col("field") == "destination").select("ship", "first_seen", destination="value")
    asked = quiet.drop_nulls("since").select(*_KEYS, "ship", "since").sort("since")
    met = asked.join_asof(
        said.sort("first_seen"), left_on="since", right_on="first_seen", by="ship", check_sortedness=False
    )
    last = pl.col("destination").str.split(">").list.last()
    parts = last.str.replace_all(",", "/").str.split("/").list.eval(_plain(pl.element()))
    codes = parts.list.eval(pl.element().str.replace(" ", "").str.extract(r"^([A-Z]{2}[A-Z2-9]{3})$"))
    met = met.drop_nulls("destination").with_columns(keys=pl.concat_list(parts, codes).list.drop_nulls().list.unique())
    return met.select(*_KEYS, "destination", "keys")


def named(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of rows with a port, its name and keys, those whose keys name the port."""
    return pairs.filter(
        pl.col("keys").list.contains(_plain(pl.col("name"))) | pl.col("keys").list.contains(pl.col("port"))
    )


def ports_named(asked: pl.DataFrame, ports: pl.DataFrame) -> pl.DataFrame:
    """Each pair of a row with keys and a point of a port that they name, without the keys."""
    by_key = (
        asked.explode("keys", empty_as_null=True).rename({"keys": "key"}).drop_nulls("key").filter(pl.col("key") != "")
    )
    table = ports.with_columns(plain=_plain(pl.col("name")))
    by_name = by_key.join(table, left_on="key", right_on="plain").drop("key")
    by_code = by_key.join(ports.with_columns(key="port"), on="key").drop("key")
    return pl.concat([by_name, by_code.select(by_name.columns)]).unique(maintain_order=True)


def _plain(text: pl.Expr) -> pl.Expr:
    """Upper case, without accents, and one space for whatever is no letter or digit."""
    bare = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_uppercase()
    return bare.str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()
