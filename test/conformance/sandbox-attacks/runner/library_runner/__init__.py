"""Stands for the runner with its libraries: what has to work inside every tier."""
