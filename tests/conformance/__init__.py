"""Against authorities: each module is named after the one that it asks."""
