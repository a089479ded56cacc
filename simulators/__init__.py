"""A seeded city, its fleet and its receivers: everything the service meets over the wire, made up."""
