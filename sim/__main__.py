"""`python -m sim` is the command `detente`: same arguments, same output, same exit codes, same name in its messages."""

from sim.cli import main

if __name__ == "__main__":
    main(prog_name="detente")
