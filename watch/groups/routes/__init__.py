"""Pages of a group. The blueprints below are registered inside its own."""

from watch.groups.routes import appointments, choices, coordinators, groups, house, members, tasks

bp = groups.bp
for each in (choices, coordinators, house, tasks):
    bp.register_blueprint(each.bp)

# the pages of members are of the house's blueprint, those of an appointment of that of the coordinators
__all__ = ["appointments", "bp", "members"]
