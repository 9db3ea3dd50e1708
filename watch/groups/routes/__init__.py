"""Pages of a group. The blueprints below are registered inside its own."""

from watch.groups.routes import choices, coordinators, groups, house, members, tasks

bp = groups.bp
for each in (choices, coordinators, house, tasks):
    bp.register_blueprint(each.bp)

__all__ = ["bp", "members"]  # the pages of members are of the house's blueprint
