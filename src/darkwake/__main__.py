"""`python -m darkwake` is the command line."""

from darkwake.cli import main

main()
