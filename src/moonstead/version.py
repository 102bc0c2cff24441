"""The version, in one place: the package, the run provenance and the changelog read it here."""

VERSION = "0.1.0"
