"""The ingest on loopback sockets, with a clock that the test moves."""
