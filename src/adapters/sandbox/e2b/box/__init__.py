"""Runs jobs inside an E2B box, with the launcher of the local sandbox. Standard library only."""
