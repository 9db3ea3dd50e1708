"""The report: promises and their outcomes beside the system's own counts, published in editions."""
