"""Only officers close groups, in their own areas."""

from tests.access import Expected
from tests.access.lifecycle import IN_AREA

ENDPOINTS = {
    "closing.ask": Expected(get="/groups/{group}/closing/new", **IN_AREA, officer=200),
    "closing.show": Expected(get="/groups/{group}/closing", **IN_AREA, officer=303),
    "closing.close": Expected(post="/groups/{group}/closing", **IN_AREA, officer=422),
    "closing.undo": Expected(post="/groups/{group}/closing/undo", **IN_AREA, officer=303),
    "closing.tick": Expected(post="/groups/{group}/closing/tasks/signs_down", **IN_AREA, officer=303),
    "closing.untick": Expected(post="/groups/{group}/closing/tasks/signs_down/undo", **IN_AREA, officer=303),
    "closing.print_sheet": Expected(get="/groups/{group}/closing.pdf", **IN_AREA, officer=303),
}
