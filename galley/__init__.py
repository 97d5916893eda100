"""The service: what clients, people and clusters talk to."""

__version__ = "0.1.0"
