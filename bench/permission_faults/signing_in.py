"""Faults in signing in: the links, whom they are for, in which browser, and how long a sign-in lasts."""

# ruff: noqa: E501  what is planted stands as in its file

from bench.permission_faults.fault import Fault

QUERIES, SERVICE = "watch/accounts/queries.py", "watch/accounts/service/signing_in.py"
ROUTES, SESSIONS = "watch/accounts/routes.py", "watch/accounts/sessions.py"
RELATIONS, MADE_FOR = "watch/relations.py", "watch/made_for.py"
SIGNING_IN = "accounts/test_signing_in accounts/test_sign_ins accounts/test_old_links"

FAULTS = (
    Fault(
        "what one left open in a shared browser is saved as another's",
        MADE_FOR,
        "    return maker not in {None, mark()} and (maker != NOBODY or wants_sign_in())",
        "    return False",
        "accounts/test_whose_form",
    ),
    Fault(
        "a press on a language sends the form",
        "watch/accounts/languages.py",
        "        g.language_chosen = True\n",
        "",
        "accounts/test_language_in_a_form",
    ),
    Fault(
        "a press on a language is saved by a view that reads no form",
        "watch/accounts/languages.py",
        "if has_request_context() and is_being_chosen() and not",
        "if not has_request_context() and not",
        "accounts/test_language_in_a_form",
    ),
    Fault(
        "a sign-in link that was used still says who shares the mailbox",
        QUERIES,
        "if link.ended_at is not None or link.expires_at",
        "if link.expires_at",
        SIGNING_IN,
    ),
    Fault(
        "a sign-in link signs in twice",
        SERVICE,
        "update(SignInLink).where(*unused).values(ended_at=now)",
        "update(SignInLink).where(*unused).values(ended_at=None)",
        SIGNING_IN,
    ),
    Fault(
        "a used sign-in link leads in again from any browser",
        SERVICE,
        "{person.id} {browser}",
        "{person.id}",
        SIGNING_IN,
    ),
    Fault(
        "the same press of a sign-in link leads in for hours",
        QUERIES,
        "PRESSED_AGAIN = timedelta(minutes=1)",
        "PRESSED_AGAIN = timedelta(hours=9)",
        SIGNING_IN,
    ),
    Fault(
        "a sign-in link works for ten hours",
        SERVICE,
        "timedelta(minutes=current_app",
        "timedelta(hours=current_app",
        SIGNING_IN,
    ),
    Fault(
        "a link to somebody with a role opens in any browser",
        SERVICE,
        "    if link.browser_index is not None and relations_of(person).has_role and not _asked_here(link, browser):\n"
        "        raise AskedElsewhere\n",
        "",
        SIGNING_IN,
    ),
    Fault(
        "a link to an officer opens in any browser",
        RELATIONS,
        "return bool(self.leads or self.coordinates or self.officer_of or self.partner_of)",
        "return bool(self.leads or self.coordinates or self.partner_of)",
        SIGNING_IN,
    ),
    Fault(
        "a link to somebody with a role opens in every browser that has asked for one",
        SERVICE,
        'return keyring().blind_index("browser", browser) == link.browser_index',
        "return bool(browser)",
        SIGNING_IN,
    ),
    Fault(
        "an operator's link is bound to nobody",
        QUERIES,
        "select(Person).where(Person.id == link.person_id)",
        "select(Person)",
        "accounts/test_people_commands accounts/test_signing_in",
    ),
    Fault(
        "whoever has a mailbox signs in as anybody by the form's number",
        ROUTES,
        "next((one for one in people if form.person.data in {one.id, None}), None) or abort(410)",
        "(db.session.get(Person, form.person.data) if form.person.data else next(iter(people), None)) or abort(410)",
        SIGNING_IN,
    ),
    Fault(
        "a name that a stranger wrote beside an address signs in",
        QUERIES,
        "return Person.mailbox_id == mailbox_id, Person.address_confirmed_at.is_not(None)",
        "return Person.mailbox_id == mailbox_id, Person.name.is_not(None)",
        SIGNING_IN,
    ),
    Fault(
        "an older link of the same browser works beside the newest",
        SERVICE,
        "    end_links(mailbox.id, mine & literal(not is_withheld))",
        "    queries.open_links(mailbox.id)",
        SIGNING_IN,
    ),
    Fault(
        "whoever asks for a link ends the owner's",
        SERVICE,
        "    end_links(mailbox.id, mine & literal(not is_withheld))",
        "    end_links(mailbox.id)",
        SIGNING_IN,
    ),
    Fault(
        "a session outlives its end",
        QUERIES,
        "where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))",
        "where(SignIn.id == sign_in_id)",
        SIGNING_IN,
    ),
    Fault(
        "an officer who goes away stays signed in",
        SESSIONS,
        "is_idle = now - sign_in.last_seen_at >= timedelta(minutes=idle_minutes)",
        "is_idle = False",
        SIGNING_IN,
    ),
    Fault(
        "an officer who is busy stays signed in for days",
        SESSIONS,
        "if not is_idle and now - sign_in.created_at < OFFICER_LONGEST:",
        "if not is_idle:",
        SIGNING_IN,
    ),
    Fault(
        "anybody ends anybody's sign-in",
        ROUTES,
        "if there is None or there.person_id != current_person().id:",
        "if there is None:",
        "accounts/test_sign_ins",
    ),
    Fault(
        "one reads where others are signed in",
        QUERIES,
        "select(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))",
        "select(SignIn).where(SignIn.ended_at.is_(None))",
        "accounts/test_sign_ins",
    ),
    Fault(
        "links that wait in a lost phone's mail sign in",
        SERVICE,
        "    end_links(person.mailbox_id)\n",
        "",
        "accounts/test_sign_ins",
    ),
    Fault(
        "what was planted in a session lives on after signing in",
        SESSIONS,
        "    session.clear()\n    session.permanent = True\n",
        "    session.permanent = True\n",
        SIGNING_IN,
    ),
    Fault(
        "somebody who shares an officer's mailbox coordinates",
        "watch/accounts/service/officers.py",
        "        mine.append(Person.mailbox_id == person.mailbox_id)\n",
        "        pass\n",
        "groups/test_apart accounts/test_people_commands",
    ),
    Fault(
        "somebody who follows an area by now takes on an appointment",
        "watch/groups/service/coordinators.py",
        "    demand_no_officer(coordinator.person)\n",
        "",
        "groups/test_apart groups/test_coordinators",
    ),
    Fault(
        "a browser that was signed in as a member becomes a coordinator's",
        "watch/groups/service/coordinators.py",
        "    end_sign_ins(person)\n",
        "",
        "groups/test_coordinators",
    ),
    Fault(
        "a browser that was signed in before becomes an officer's",
        "watch/accounts/service/officers.py",
        "    end_sign_ins(person)\n",
        "",
        "groups/test_coordinators",
    ),
    Fault(
        "a new coordinator is made unseen",
        "watch/groups/service/coordinators.py",
        "        tell_of_coordinator(coordinator)\n",
        "        pass\n",
        "groups/test_coordinators",
    ),
    Fault(
        "a member takes the name of the police contact",
        "watch/accounts/queries.py",
        "(Person.id.in_(coordinators) & Person.shows_name) | Person.id.in_(officers)",
        "Person.id.in_(coordinators) & Person.shows_name",
        "accounts/test_settings",
    ),
)
