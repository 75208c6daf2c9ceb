"""What the pointer does on the canvas: one tool at a time, see `tool`; without one it moves the canvas."""
