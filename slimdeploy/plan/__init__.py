"""Decisions, pure: from the configuration and the facts to a plan. Nothing here touches the world."""
