"""Trains, scores and applies models inside the sandbox. Knows nothing of the server but the contract."""
