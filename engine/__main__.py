"""`python -m engine` is `huiyin`."""

from engine.cli import main

main()
