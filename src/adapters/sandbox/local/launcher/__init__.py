"""Starts jobs apart from the server. Standard library only: it must run in any Python from 3.11 on."""
