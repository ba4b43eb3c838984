"""Redeploys by the clock: the same command line for cron, systemd and a CronJob."""
