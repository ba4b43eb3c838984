"""A release: Lease, record, apply, wait, outcome, prune; its rollback, and its removal."""
