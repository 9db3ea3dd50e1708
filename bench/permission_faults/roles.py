"""Who is what: relations, roles and what they permit."""



from bench.permission_faults.fault import Fault

RELATIONS, ACCESS = "watch/relations.py", "watch/access.py"
WHO_IS_WHO = "groups/test_apart groups/test_members groups/test_pages groups/test_coordinators"

FAULTS = (
    Fault(
        "a member who has left is a member",
        RELATIONS,
        "Membership.person_id == person.id, Membership.left_at.is_(None)",
        "Membership.person_id == person.id",
        "groups/test_choices groups/test_pages groups/test_members",
    ),
    Fault(
        "an appointment that is not accepted counts",
        RELATIONS,
        "            Coordinator.accepted_at.is_not(None),\n",
        "",
        WHO_IS_WHO,
    ),
    Fault(
        "an appointment that has ended counts",
        RELATIONS,
        "            Coordinator.ended_at.is_(None),\n",
        "",
        WHO_IS_WHO,
    ),
    Fault(
        "an assignment as officer that has ended counts",
        RELATIONS,
        "Officer.person_id == person.id, Officer.ended_at.is_(None)",
        "Officer.person_id == person.id",
        "accounts/test_people_commands followup/test_overview",
    ),
    Fault(
        "an officer coordinates too where the rows say so",
        RELATIONS,
        "        relations.leads, relations.coordinates = set(), {}\n",
        "        relations.leads = set()\n",
        "groups/test_apart",
    ),
    Fault(
        "a coordinator of one stairwell is one of all",
        RELATIONS,
        "not stairwells or position.stairwell_id is None or position.stairwell_id in stairwells",
        "True",
        "test_access",
    ),
    Fault(
        "a coordinator of one stairwell works with the households of all",
        RELATIONS,
        "        return self.coordinates[group.id] or None\n",
        "        return None\n",
        "groups/test_house groups/test_members",
    ),
    Fault(
        "anybody may know that anything exists",
        RELATIONS,
        "        return bool(self.roles(Position(position.area_id, position.group_id)))\n",
        "        return True\n",
        "test_access",
    ),
    Fault(
        "an invitation to a flat is every coordinator's",
        RELATIONS,
        "flat.stairwell_id if flat else None",
        "None",
        "joining/test_invitations test_access",
    ),
    Fault(
        "a request that its sender has not confirmed can be opened",
        RELATIONS,
        "    if request.confirmed_at is None:\n        return Position()\n",
        "",
        "joining/test_from_outside joining/test_deciding joining/test_climbing",
    ),
    Fault(
        "a request is every coordinator's from the first day",
        "watch/models/joining.py",
        "        return (self.decided_at or utcnow()) - self.confirmed_at >= EVERYBODY_AFTER\n",
        "        return True\n",
        "joining/test_climbing joining/test_deciding",
    ),
    Fault(
        "403 tells that somebody is invited",
        ACCESS,
        "TELL_WHO_TAKES_PART = (Household, Invitation, ",
        "TELL_WHO_TAKES_PART = (Household, ",
        "test_access",
    ),
    Fault(
        "403 tells that somebody has knocked",
        ACCESS,
        "JoinRequest, Knock, LetterPack",
        "JoinRequest, LetterPack",
        "test_access",
    ),
    Fault(
        "the navigation of a page that is not found tells that it is there",
        "watch/errors.py",
        '        g.pop("position", None)',
        '        g.get("position", None)',
        "test_access",
    ),
    Fault(
        "a member opens e-mail and phone",
        ACCESS,
        "Permission.SEE_CONTACT_DETAILS: _COORDINATORS,",
        "Permission.SEE_CONTACT_DETAILS: _GROUP,",
        "test_access",
    ),
    Fault(
        "an officer opens the list of members",
        ACCESS,
        "Permission.SEE_MEMBERS: _COORDINATORS,",
        "Permission.SEE_MEMBERS: _COORDINATORS | _OFFICER,",
        "test_access",
    ),
    Fault(
        "every coordinator appoints coordinators",
        ACCESS,
        "Permission.APPOINT_COORDINATORS: _LEAD,",
        "Permission.APPOINT_COORDINATORS: _COORDINATORS,",
        "test_access",
    ),
    Fault(
        "a lead keeps contact persons as an officer does",
        ACCESS,
        "MAY[permission] >= _OFFICER and relations.officer_of",
        "relations.officer_of or relations.leads",
        "test_access",
    ),
    Fault(
        "a form of leaving asks for no token",
        "watch/__init__.py",
        '    if app.config["ENV"] == "development":\n',
        '    csrf.exempt("watch.groups.routes.groups.leave")\n    if app.config["ENV"] == "development":\n',
        "test_security groups/test_pages groups/test_members",
    ),
    Fault(
        "a form that says that an answer was told asks for no token",
        "watch/__init__.py",
        '    if app.config["ENV"] == "development":\n',
        '    csrf.exempt("watch.joining.routes.deciding.tell")\n    if app.config["ENV"] == "development":\n',
        "test_security joining/test_deciding",
    ),
    Fault(
        "a form that another site sent is offered to be sent again",
        "watch/errors.py",
        "return origin is not None and urlsplit(origin).netloc != request.host",
        "return False",
        "test_security accounts/test_errors",
    ),
    Fault(
        "the mails of development can be read in production",
        "watch/__init__.py",
        '    if app.config["ENV"] == "development":\n',
        '    if app.config["ENV"]:\n',
        "ops/test_mailbox",
    ),
)
