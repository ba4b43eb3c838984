"""The local target: containers made from the same plan as the pods."""
