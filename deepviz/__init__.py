"""DeepViz: build a deep network by hand, watch it learn, see why, take it with you."""

__version__ = "0.1.0"
