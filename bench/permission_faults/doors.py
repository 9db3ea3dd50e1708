"""Faults in asking, at the doors, verifying, confirming, deciding and interest: who may, and what others learn."""

# ruff: noqa: E501  what is planted stands as in its file

from bench.permission_faults.fault import Fault

ASKING, VISITS = "watch/joining/queries/asking.py", "watch/canvassing/queries.py"
CONFIRMING, DECIDING = "watch/joining/service/confirming.py", "watch/joining/service/deciding.py"
VERIFYING, CONFIRMABLE = "watch/joining/service/verifying.py", "watch/joining/queries/confirming.py"
AT_THE_DOOR, ROUTES = "canvassing/test_joining_at_the_door", "watch/joining/routes/"

FAULTS = (
    Fault(
        "a coordinator reads who asks in every stairwell",
        ASKING,
        "theirs = JoinRequest.stairwell_id.in_(stairwells) | (JoinRequest.confirmed_at <= confirmed_by)",
        "theirs = JoinRequest.stairwell_id.is_not(None) | (JoinRequest.confirmed_at <= confirmed_by)",
        "joining/test_deciding groups/test_members groups/test_house",
    ),
    Fault(
        "after a week every coordinator reads who asks",
        ASKING,
        "everybodys = utcnow() - EVERYBODY_AFTER",
        "everybodys = utcnow() - LEAD_AFTER",
        "joining/test_escalation joining/test_deciding",
    ),
    Fault(
        "whoever has not confirmed stands in the coordinators' list",
        ASKING,
        ".where(JoinRequest.group_id == group_id, JoinRequest.state == RequestState.WAITING)",
        ".where(JoinRequest.group_id == group_id, JoinRequest.decided_at.is_(None))",
        "joining/test_asking joining/test_from_outside joining/test_deciding",
    ),
    Fault(
        "a coordinator reads the answers that wait at the doors of every stairwell",
        "watch/groups/queries/stairwells.py",
        "is_theirs = JoinRequest.stairwell_id.in_(stairwells)",
        "is_theirs = JoinRequest.stairwell_id.is_not(None)",
        "joining/test_deciding test_access_lists",
    ),
    Fault(
        "a household is not told who was let into its flat",
        DECIDING,
        "    tell_household(membership)\n",
        "",
        "joining/test_deciding",
    ),
    Fault(
        "a request that is answered is answered again",
        DECIDING,
        ".where(JoinRequest.id == request.id, JoinRequest.state == RequestState.WAITING)",
        ".where(JoinRequest.id == request.id)",
        "joining/test_deciding",
    ),
    Fault(
        "a coordinator of another stairwell is told by a request where somebody takes part",
        ROUTES + "deciding.py",
        "is_taken=bool(waits and sees_flats and taken_flats([join_request]))",
        "is_taken=bool(waits and taken_flats([join_request]))",
        "joining/test_escalation",
    ),
    Fault(
        "a coordinator of another stairwell is told by the list where somebody takes part",
        "watch/groups/routes/members.py",
        "taken=taken_flats([each for each in requests if each not in elsewhere])",
        "taken=taken_flats(requests)",
        "joining/test_escalation groups/test_members",
    ),
    Fault(
        "the link of an address from a door lives on after three wrong floors",
        VERIFYING,
        "        if verification.floor_tries == FLOOR_TRIES:\n",
        "        if verification.floor_tries > FLOOR_TRIES:\n",
        AT_THE_DOOR,
    ),
    Fault(
        "a mistyped address learns who was written up at a door",
        "templates/joining/ask_floor.html",
        "{{ heading(title,",
        "{{ link.verifications[0].person.name }} {{ heading(title,",
        AT_THE_DOOR,
    ),
    Fault(
        "any floor proves who was written up at a door",
        VERIFYING,
        "if not counted or household is None or not (is_right or _is_readers_own(floor, verification)):",
        "if not counted or household is None:",
        AT_THE_DOOR,
    ),
    Fault(
        "a wrong floor is not counted",
        VERIFYING,
        ".values(floor_tries=AddressVerification.floor_tries + 1)",
        ".values(floor_tries=AddressVerification.floor_tries)",
        AT_THE_DOOR,
    ),
    Fault(
        "a link of any purpose opens the address recorded at a door that has its number",
        CONFIRMING,
        "        asked = tokens.row_of(Purpose.CONFIRM_REQUEST, AddressVerification, token)\n",
        "        number = tokens.base64.b32hexdecode(token, casefold=True)[: tokens.NUMBER_BYTES]\n"
        "        if not (asked := db.session.get(AddressVerification, int.from_bytes(number))):\n"
        "            raise\n",
        AT_THE_DOOR,
    ),
    Fault(
        "the link of one address verifies what was recorded with every other",
        CONFIRMABLE,
        ".where(*is_theirs, AddressVerification.created_at < before, AddressVerification",
        ".where(is_theirs[1], AddressVerification.created_at < before, AddressVerification",
        AT_THE_DOOR,
    ),
    Fault(
        "an old link verifies what was recorded with its address since",
        CONFIRMABLE,
        ".where(*is_theirs, AddressVerification.created_at < before, AddressVerification",
        ".where(*is_theirs, AddressVerification",
        AT_THE_DOOR,
    ),
    Fault(
        "an address recorded in a group that has ended is verified",
        CONFIRMABLE,
        ".where(*is_theirs, AddressVerification.created_at < before, AddressVerification",
        ".where(is_theirs[0], AddressVerification.created_at < before, AddressVerification",
        AT_THE_DOOR,
    ),
    Fault(
        "an address whose verification has ended is verified by its link",
        CONFIRMABLE,
        "AddressVerification.created_at < before, AddressVerification.ended_at.is_(None))",
        "AddressVerification.created_at < before)",
        AT_THE_DOOR,
    ),
    Fault(
        "the link of an address recorded at a door works for ever",
        CONFIRMING,
        "asked_at = asked_last_at(asked) if isinstance(asked, JoinRequest) else asked.created_at",
        "asked_at = asked_last_at(asked) if isinstance(asked, JoinRequest) else utcnow()",
        AT_THE_DOOR,
    ),
    Fault(
        "a neighbour who was taken back at the door is let in by the mail",
        VERIFYING,
        "    verification.ended_at = utcnow()\n    outbox.cancel(verification)\n",
        "    outbox.cancel(verification)\n",
        AT_THE_DOOR,
    ),
    Fault(
        "a neighbour who has moved becomes a member by the mail from the door",
        VERIFYING,
        "    if membership.left_at is not None:\n",
        "    if membership.person is person:\n",
        AT_THE_DOOR,
    ),
    Fault(
        "a letter to another group's flat vouches",
        CONFIRMING,
        "if letter is not None and letter.group_id == request.group_id and use(letter, now):",
        "if letter is not None and use(letter, now):",
        "printing/test_letters",
    ),
    Fault(
        "a group that has ended or sleeps is joined",
        "watch/groups/queries/joinable.py",
        "is_open = group.state in OPEN_TO_JOIN and (by_letter or coordinators_for(stairwell))",
        "is_open = by_letter or coordinators_for(stairwell)",
        "joining/test_asking joining/test_behind_the_link printing/test_letters",
    ),
    Fault(
        "a browser takes back what its owner has confirmed",
        "watch/joining/service/changing.py",
        "wrong = ours, JoinRequest.state == RequestState.UNCONFIRMED, JoinRequest",
        "wrong = ours, JoinRequest.decided_at.is_(None), JoinRequest",
        "joining/test_changing",
    ),
    Fault(
        "a second browser takes over what the first has asked",
        "watch/joining/service/asking.py",
        'newest["asked_index"] = case((is_same_browser, JoinRequest.asked_index))',
        'newest["asked_index"] = case((is_same_browser, JoinRequest.asked_index), else_=asked["asked_index"])',
        "joining/test_changing",
    ),
    Fault(
        "a shared phone shows for ever who has asked on it",
        "watch/browser_state.py",
        'return facts if utcnow().timestamp() - facts["at"] < SHOWN_WITHIN.total_seconds() else None',
        "return facts",
        "joining/test_changing interest/test_interest",
    ),
    Fault(
        "a shared phone shows for ever who has joined on it",
        ROUTES + "accepting.py",
        "membership = None if is_over else db.session.get(Membership, number)",
        "membership = db.session.get(Membership, number)",
        "joining/test_accepting joining/test_changing",
    ),
    Fault(
        "a coordinator reads the list of doors of every stairwell",
        VISITS,
        "    flats = households_of(group, stairwells)\n",
        "    flats = households_of(group)\n",
        "canvassing/test_knocking",
    ),
    Fault(
        "a coordinator takes back what a colleague wrote down at a door",
        VISITS,
        "if visit.by_id != by.id or visit.at <= now - UNDO_FOR:",
        "if visit.at <= now - UNDO_FOR:",
        "canvassing/test_knocking",
    ),
    Fault(
        "what was written down at a door is taken back the day after",
        VISITS,
        "if visit.by_id != by.id or visit.at <= now - UNDO_FOR:",
        "if visit.by_id != by.id:",
        "canvassing/test_knocking",
    ),
    Fault(
        "an officer reads the names of those who did not tell theirs",
        "watch/interest/queries.py",
        "        .where(here, Interest.named_at.is_not(None), seen)\n",
        "        .where(here, Interest.confirmed_at.is_not(None), seen)\n",
        "interest/test_interest lifecycle/test_start",
    ),
    Fault(
        "an officer still reads the name of somebody who is interested no more",
        "watch/interest/queries.py",
        "        .where(here, Interest.named_at.is_not(None), seen)\n",
        "        .where(here, Interest.named_at.is_not(None))\n",
        "interest/test_interest lifecycle/test_start",
    ),
    Fault(
        "an officer sees at once that somebody has become interested",
        "watch/groups/queries/areas.py",
        "were_interested(last_night(now))",
        "were_interested(now)",
        "groups/test_numbers interest/test_interest lifecycle/test_start",
    ),
)
