"""What the rivals in Python share: the twins of bench/candidates/common and bench/rivals/common."""
