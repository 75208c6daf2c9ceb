"""How the networks in resources/weights are made: data, environment, losses, and recipes read top to bottom."""
