"""Pages of a group. The blueprints below are registered inside its own."""

from watch.groups.routes import choices, coordinators, groups, house

bp = groups.bp
for each in (choices, coordinators, house):
    bp.register_blueprint(each.bp)

__all__ = ["bp"]
