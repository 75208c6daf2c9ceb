"""The painter: documents, brushes, rasterisers, networks and exports. No Qt, no training code."""
