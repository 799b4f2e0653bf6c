"""Image series -> the status of each building, day by day."""
