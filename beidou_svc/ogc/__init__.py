"""OGC API Features: terminals, fences, roads, routes and stops for QGIS, GDAL and other geographic clients."""
