"""The outreach log: officers write down doors knocked on and visits on site, in numbers only."""
