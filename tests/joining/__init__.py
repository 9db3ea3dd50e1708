"""Ways into a group: asking, deciding, interest, invitations, posters."""
