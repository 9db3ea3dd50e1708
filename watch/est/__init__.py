"""Findings of an area to and from the authorities' own follow-up (EST), as a file."""
