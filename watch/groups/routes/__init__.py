"""The pages of a group; those of its house, its coordinators and its mails are blueprints inside its own."""

from watch.groups.routes import choices, coordinators, groups, house

bp = groups.bp
for each in (choices, coordinators, house):
    bp.register_blueprint(each.bp)

__all__ = ["bp"]
