"""通道: the ways a message leaves the house, one module each."""
