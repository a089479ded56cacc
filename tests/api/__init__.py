"""The service over HTTP and WebSocket, as a client sees it."""
