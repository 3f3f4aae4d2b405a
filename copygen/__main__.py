"""`python -m copygen`."""

from copygen.cli import main

main()
