"""点单 Diandan: the open-source operating system of civilization-practice centres."""

__version__ = "0.1.0"
