"""`python -m bizops` is `bizops`."""

from bizops.cli.main import main

if __name__ == "__main__":
    main()
