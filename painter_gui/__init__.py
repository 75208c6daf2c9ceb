"""The studio: a window to watch, steer and keep paintings.

Views hold no truth: they show what the controller says and emit what the artist wishes. The controller drives the
session and knows no widget. Painting, drawing and files each have a thread of their own; torch and the compiled brush
are imported there, after the window shows.
"""
