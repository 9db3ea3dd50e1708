"""Faults in whose answer to a meeting counts, and in the counting at its door."""

from bench.permission_faults.fault import Fault

ANSWERS, ANSWERED = "watch/meetings/queries/answers.py", "watch/groups/queries/answered.py"
QUERIES, COUNTING = "watch/meetings/queries/checkin.py", "watch/meetings/service/checkin.py"
ROUTES = "watch/meetings/routes/checkin.py"
HOUSEHOLDS, CHECKIN = "meetings/test_households", "meetings/test_checkin"

FAULTS = (
    Fault(
        "whoever answers alone is counted in the household's number too",
        ANSWERS,
        "max(min(number, others), number - len(alone))",
        "number",
        HOUSEHOLDS,
    ),
    Fault(
        "a household's answer counts also when all have answered for themselves",
        ANSWERS,
        "if others := len(members) - len(alone):",
        "if (others := len(members) - len(alone)) or members[0].for_home:",
        HOUSEHOLDS,
    ),
    Fault(
        "who moved out still answers for the flat",
        ANSWERED,
        "_AtHome.person_id == person_id, _AtHome.is_current",
        "_AtHome.person_id == person_id",
        HOUSEHOLDS,
    ),
    Fault(
        "a neighbour who left the list hears of a meeting that somebody at home goes to",
        ANSWERED,
        "MeetingAnswer.person_id == person_id, MeetingAnswer.by_id == person_id)",
        "MeetingAnswer.person_id == person_id, MeetingAnswer.household_id.is_not(None))",
        HOUSEHOLDS,
    ),
    Fault(
        "the door shows the names of those who hide them",
        QUERIES,
        "is_for_member(meeting), Person.shows_name, _in_scope(meeting, scopes)",
        "is_for_member(meeting), _in_scope(meeting, scopes)",
        CHECKIN,
    ),
    Fault(
        "a coordinator counts the flats of every stairwell",
        QUERIES,
        "        conditions.append(Stairwell.id.in_(only))\n",
        "        pass\n",
        CHECKIN,
    ),
    Fault(
        "a press that arrives twice counts twice in one request",
        COUNTING,
        "sent = {each.key: each for each in presses}",
        "sent = {str(place): each for place, each in enumerate(presses)}",
        CHECKIN,
    ),
    Fault(
        "a name ticked on two phones counts twice",
        COUNTING,
        "return here[row] - before",
        "return heads",
        CHECKIN,
    ),
    Fault(
        "a late press overrides a corrected count",
        COUNTING,
        "meeting.counting is Counting.COUNTED and meeting.head_count == count_at_door(meeting)",
        "meeting.counting is Counting.COUNTED",
        CHECKIN,
    ),
    Fault(
        "the key of a press tells whom it was for",
        COUNTING,
        "hashlib.sha256(written.encode()).hexdigest()[:32]",
        "written",
        CHECKIN,
    ),
    Fault(
        "the journal says which flat came to a meeting",
        "watch/journal/rules.py",
        'beside=("meeting_id", "key", "heads"),',
        'beside=("meeting_id", "key", "heads", "flat_id"),',
        "ops/test_replay",
    ),
    Fault(
        "a lent link shows names",
        ROUTES,
        "door=door_of(meeting, _lent_scopes(link), link),",
        "door=door_of(meeting, _lent_scopes(link)),",
        CHECKIN,
    ),
    Fault(
        "a lent link outlives the office of its lender",
        ROUTES,
        "link.by is None or not may(link.by, Permission.COUNT_AT_DOOR, link.meeting)",
        "link.by is None",
        CHECKIN,
    ),
    Fault(
        "a lent link works after it is taken back",
        ROUTES,
        "link.is_current and link.meeting.is_on and utcnow()",
        "link.meeting.is_on and utcnow()",
        CHECKIN,
    ),
)
