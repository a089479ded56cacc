"""Vector tiles of a base map, cut on demand from the features of one GeoJSON collection."""
