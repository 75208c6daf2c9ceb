"""What a painting can be taken away as: stroke files, SVG, pictures, frames and films; each drawn from the document."""
