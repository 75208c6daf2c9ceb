"""What the published experiments are repeated on and with."""
