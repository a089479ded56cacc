"""From arena to fleet: the stages that every received byte passes, live and in replay."""
