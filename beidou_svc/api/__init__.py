"""The edge towards people and programs: REST, live stream, metrics, page."""
