"""What a platform engineer asks first on a machine or in CI: would `up` work here, and if not, what is missing?

Each check is a function that returns findings; nothing is changed anywhere. They run at the same time.
"""
