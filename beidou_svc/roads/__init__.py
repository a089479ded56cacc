"""Roads in the service: networks and fences that are kept, the stages that use them, and the events that follow."""
