"""Networks, fences, routes and events of a service that watches the roads of a town."""
