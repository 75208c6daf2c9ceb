"""What the artist sees; no view holds what it shows."""
