"""What is asked of the world before anything is decided."""
