"""What the artist asks of the painter: style, palette and masks, each a part of the panel."""
