"""Faults in mailed links, letters, posters and invitations: for one purpose, one row, once, for a time."""

# ruff: noqa: E501  what is planted stands as in its file

from bench.permission_faults.fault import Fault

TOKENS, COORDINATORS = "watch/tokens.py", "watch/groups/service/coordinators.py"
ANSWERING, INVITED = "watch/joining/service/answering.py", "watch/invitations/service/invited.py"
INVITING, CONFIRMING = "watch/invitations/queries/inviting.py", "watch/joining/service/confirming.py"
DECIDING, HOUSEHOLDS = "watch/joining/service/deciding.py", "watch/groups/service/households.py"
CHOICES, LETTERS = "watch/groups/queries/choices.py", "watch/printing/service/letters.py"

FAULTS = (
    Fault(
        "a token for one purpose is good for all",
        TOKENS,
        '    facts = purpose.encode() + b"\\0" + nonce\n',
        "    facts = nonce\n",
        "test_tokens",
    ),
    Fault(
        "a token of one row opens every row",
        TOKENS,
        '    facts = purpose.encode() + b"\\0" + nonce\n',
        "    facts = purpose.encode()\n",
        "test_tokens",
    ),
    Fault(
        "a token's mark is not looked at",
        TOKENS,
        "if row is None or not hmac.compare_digest(mark, _mark(purpose, row.nonce)):",
        "if row is None:",
        "test_tokens",
    ),
    Fault(
        "a link of before a restore still lets in",
        TOKENS,
        "    if purpose in LETS_IN:\n",
        "    if not LETS_IN:\n",
        "test_tokens::test_after_a_restore_no_link_of_before_lets_in_and_whatever_takes_out_goes_on",
    ),
    Fault(
        "a link of confirming from before a restore still lets in",
        TOKENS,
        "Purpose.SIGN_IN, Purpose.CONFIRM_REQUEST, Purpose.CONFIRM_INTEREST,",
        "Purpose.SIGN_IN, Purpose.CONFIRM_INTEREST,",
        "test_tokens::test_after_a_restore_no_link_of_before_lets_in_and_whatever_takes_out_goes_on",
    ),
    Fault(
        "an invitation that is sent again keeps its old link",
        INVITED,
        "invitation.mailbox, invitation.nonce = mailbox, secrets.token_bytes(NONCE_BYTES)",
        "invitation.mailbox = mailbox",
        "invitations/test_invitations invitations/test_reminding",
    ),
    Fault(
        "an invitation that was taken back still opens",
        ANSWERING,
        "is_open = invitation.state is InvitationState.OPEN and invitation.expires_at > utcnow()",
        "is_open = invitation.expires_at > utcnow()",
        "joining/test_accepting invitations/test_invitations",
    ),
    Fault(
        "an invitation that ran out lets in",
        ANSWERING,
        "is_open = invitation.state is InvitationState.OPEN and invitation.expires_at > utcnow()",
        "is_open = invitation.state is InvitationState.OPEN",
        "joining/test_accepting invitations/test_invitations",
    ),
    Fault(
        "an invitation that was passed on vouches after it ran out",
        ANSWERING,
        "is_good = invitation.is_transferable and invitation.expires_at > utcnow()",
        "is_good = invitation.is_transferable",
        "joining/test_passing_on",
    ),
    Fault(
        "whoever was passed a link becomes the owner of the address",
        "watch/joining/routes/accepting.py",
        "        if invitation.is_transferable:\n            return _ask_for(invitation, form)\n",
        "",
        "joining/test_passing_on",
    ),
    Fault(
        "whoever was passed a link reads for whom it was",
        "watch/joining/routes/accepting.py",
        "name = None if invitation.is_transferable else invitation.name",
        "name = invitation.name",
        "joining/test_passing_on",
    ),
    Fault(
        "whoever was passed a link says never again for the owner of the address",
        ANSWERING,
        "if never_again and invitation.mailbox is not None and not invitation.is_transferable:",
        "if never_again and invitation.mailbox is not None:",
        "joining/test_passing_on joining/test_declining",
    ),
    Fault(
        "a stairwell's coordinator invites into every stairwell",
        INVITING,
        "    own = [each.id for each in inviter.stairwells] if inviter else []\n",
        "    own = [each.id for each in inviter.stairwells][:0] if inviter else []\n",
        "joining/test_accepting",
    ),
    Fault(
        "a letter is good twice",
        LETTERS,
        ".where(Letter.id == letter.id, Letter.ended_at.is_(None), Letter.expires_at > now)",
        ".where(Letter.id == letter.id, Letter.expires_at > now)",
        "printing/test_letters",
    ),
    Fault(
        "a letter that ran out lets in",
        LETTERS,
        ".where(Letter.id == letter.id, Letter.ended_at.is_(None), Letter.expires_at > now)",
        ".where(Letter.id == letter.id, Letter.ended_at.is_(None))",
        "printing/test_letters",
    ),
    Fault(
        "a letter lets in after its household has moved",
        HOUSEHOLDS,
        "        .where(Letter.flat_id == household.flat_id, Letter.ended_at.is_(None))\n"
        "        .values(ended_at=household.ended_at)\n",
        "        .where(Letter.flat_id == household.flat_id, Letter.ended_at.is_(None))\n"
        "        .values(ended_at=None)\n",
        "printing/test_letters groups/test_house",
    ),
    Fault(
        "an invitation lets in after its household has moved",
        HOUSEHOLDS,
        ".values(state=InvitationState.REVOKED, ended_at=household.ended_at)",
        ".values(state=InvitationState.OPEN, ended_at=None)",
        "groups/test_members groups/test_house",
    ),
    Fault(
        "whoever printed a letter sees from its code that somebody has joined",
        "watch/joining/routes/asking.py",
        "    if letter := letter_of_code(code):\n",
        "    if (letter := letter_of_code(code)) and letter.used_at is None:\n",
        "printing/test_letters",
    ),
    Fault(
        "old and new letters of a stairwell tell who was not printed one again",
        LETTERS,
        "if len(its) == sizes[stairwell] and len(prints) > 1:",
        "if len(its) == sizes[stairwell] and not prints:",
        "printing/test_letters printing/test_packs",
    ),
    Fault(
        "a poster that has leaked opens as if it had not",
        "watch/printing/queries.py",
        "    wanted = select(Stairwell).where(Stairwell.poster_index == _index_of(code))\n",
        "    hung = select(OldPoster.stairwell_id).where(OldPoster.code_index == _index_of(code))\n"
        "    wanted = select(Stairwell).where((Stairwell.poster_index == _index_of(code)) | Stairwell.id.in_(hung))\n",
        "printing/test_posters",
    ),
    Fault(
        "somebody who coordinates no more decides from an old mail",
        DECIDING,
        "    if not access.may(coordinator, Permission.DECIDE_REQUESTS, request):\n        raise LinkExpired\n",
        "",
        "joining/test_deciding",
    ),
    Fault(
        "a mailed page of deciding works for ever",
        DECIDING,
        "if not is_fresh(row.created_at, DECIDE_DAYS) or request",
        "if request",
        "joining/test_deciding",
    ),
    Fault(
        "a link of asking works for ever",
        CONFIRMING,
        "if person.mailbox_id is None or not is_fresh(asked_at, CONFIRM_DAYS):",
        "if person.mailbox_id is None:",
        "joining/test_asking joining/test_behind_the_link",
    ),
    Fault(
        "an old link of asking answers for whoever has asked since",
        CONFIRMING,
        "open_on_mailbox(person.mailbox_id, asked_at + timedelta(days=1))",
        "open_on_mailbox(person.mailbox_id, utcnow())",
        "joining/test_behind_the_link",
    ),
    Fault(
        "a link of interest opens what was withdrawn",
        "watch/interest/service.py",
        "if interest.ended_at is not None or is_too_old:",
        "if is_too_old:",
        "interest/test_interest",
    ),
    Fault(
        "a question that is two months old can be answered with yes",
        COORDINATORS,
        "    if not is_open(coordinator):\n        raise LinkExpired\n",
        "",
        "groups/test_coordinators",
    ),
    Fault(
        "a question that was taken back can be answered with yes",
        COORDINATORS,
        "if coordinator is None or coordinator.ended_at or coordinator.group",
        "if coordinator is None or coordinator.group",
        "groups/test_coordinators",
    ),
    Fault(
        "the choices of a mail are those of a person who has left the mailbox",
        CHOICES,
        "            Person.mailbox_id == row.mailbox_id,\n            _concerned_by",
        "            _concerned_by",
        "groups/test_choices::test_a_link_opens_nothing_of_somebody_who_reads_another_mailbox_now",
    ),
    Fault(
        "the link in an area's mail says no for a person who has left the mailbox",
        CHOICES,
        "            Person.mailbox_id == row.mailbox_id,\n        )\n    )\n    return",
        "        )\n    )\n    return",
        "groups/test_choices::test_a_link_opens_nothing_of_somebody_who_reads_another_mailbox_now",
    ),
    Fault(
        "the link in one group's mail chooses for all groups",
        CHOICES,
        "            _concerned_by(row.mailing),\n",
        "",
        "groups/test_choices",
    ),
    Fault(
        "the link in a mail ends a neighbour's membership by its number",
        "watch/groups/routes/choices.py",
        "return theirs.get(membership_id) or abort(404)",
        "return theirs.get(membership_id) or db.session.get(Membership, membership_id) or abort(404)",
        "groups/test_choices",
    ),
    Fault(
        "whom a coordinator moved out comes back by the link in a mail",
        CHOICES,
        "return and_(Membership.left_at > since, said_so.exists())",
        "return Membership.left_at > since",
        "groups/test_choices",
    ),
    Fault(
        "anybody takes back anybody's leaving by its number",
        "watch/groups/routes/groups.py",
        "membership = left.get(membership_id) or abort(404)",
        "membership = left.get(membership_id) or db.session.get(Membership, membership_id) or abort(404)",
        "groups/test_members groups/test_choices",
    ),
    Fault(
        "the link of a call answers for whoever has left",
        "watch/meetings/queries/answers.py",
        "            Person.id.in_(called_people(meeting)),\n",
        "",
        "meetings/test_answering",
    ),
    Fault(
        "the link of a call answers for anybody by the form's number",
        "watch/meetings/routes/answering.py",
        "return next((each for each in people if str(each.id) == form.person.data), None) or abort(404)",
        "return db.session.get(Person, int(form.person.data or 0)) or abort(404)",
        "meetings/test_answering",
    ),
)
