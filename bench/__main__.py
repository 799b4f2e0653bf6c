"""`python -m bench NAME [options]` runs the measurement of that name: any module of bench that has a `main`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from pathlib import Path

import bench


def names() -> dict[str, str]:
    """Each measurement with the first line that it says of itself; read, not imported, so that each stands alone."""
    found = {}
    for module in pkgutil.iter_modules(bench.__path__):
        text = (Path(bench.__path__[0]) / f"{module.name}.py").read_text(encoding="utf-8")
        if "\ndef main(" in text and not module.name.startswith("_"):
            found[module.name] = text.partition("\n")[0].strip('"')
    return found


def main(argv: list[str]) -> int:
    """Hand the rest of the line to the measurement; without a name, say which there are."""
    known = names()
    if not argv or argv[0] not in known:
        asked = f"no measurement is called {argv[0]!r}\n" if argv and not argv[0].startswith("-") else ""
        print(f"{asked}python -m bench NAME [--size small|full] [--json]\n")
        print("\n".join(f"  {name:12} {says}" for name, says in known.items()))
        return 2 if asked else 0
    run = importlib.import_module(f"bench.{argv[0]}").main
    if inspect.signature(run).parameters:
        return int(run(argv[1:]) or 0)
    sys.argv = [f"python -m bench {argv[0]}", *argv[1:]]  # one that reads the command line by itself
    return int(run() or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
