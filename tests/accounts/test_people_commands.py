"""Checks `flask people …`: appointing the police contact and printing a sign-in link."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine
from sqlalchemy import select

from tests.factories import make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.models import Officer, Organisation, Person, utcnow


def test_a_police_contact_is_appointed_once(cli, norrby):
    first = cli("people", "appoint-officer", "Gun.Sjostrom@example.org", "--area", "norrby")
    again = cli("people", "appoint-officer", "gun.sjostrom@example.org", "--area", "norrby")
    assert [first.output, again.output] == [
        "Gun Sjostrom follows Norrby from now on.\n",
        "Gun Sjostrom follows Norrby already.\n",
    ]
    [officer] = db.session.scalars(select(Officer))
    assert (officer.person.mailbox.address, officer.area, officer.organisation) == (
        "Gun.Sjostrom@example.org", norrby, Organisation.POLICE,
    )  # fmt: skip
    assert cli("people", "sign-in-link", "gun.sjostrom@example.org").exit_code == 0


def test_the_municipalitys_officer_has_a_name_of_their_own(cli, boda):
    cli("people", "appoint-officer", "kommun@example.org", "--area", "boda", "--name", "Hodan",
        "--organisation", "municipality")  # fmt: skip
    [officer] = db.session.scalars(select(Officer))
    assert (officer.person.name, officer.organisation) == ("Hodan", Organisation.MUNICIPALITY)


def test_whoever_is_here_already_stays_the_same_person(cli, carin, boda):
    cli("people", "appoint-officer", "carin@example.org", "--area", "boda")
    assert db.session.scalars(select(Officer)).one().person == carin


def test_what_is_wrong_is_one_sentence(cli, norrby):
    unknown = cli("people", "appoint-officer", "gun@example.org", "--area", "hulta")
    assert (unknown.exit_code, unknown.output) == (
        1, "Error: There is no area 'hulta'; the areas are: norrby.\n",
    )  # fmt: skip
    for command in (["appoint-officer", "--area", "norrby"], ["sign-in-link"]):
        answer = cli("people", *command, "gun")
        assert (answer.exit_code, answer.output) == (1, "Error: 'gun' is not an e-mail address.\n")
    nobody = cli("people", "sign-in-link", "nobody@example.org")
    assert (nobody.exit_code, nobody.output) == (
        1,
        "Error: Nobody here has the address nobody@example.org.\n",
    )
    assert list(db.session.scalars(select(Person))) == []


def test_a_printed_link_signs_in_once_in_any_browser_and_mails_nobody(app, cli, gun, outbox):
    link = cli("people", "sign-in-link", "gun@example.org").output
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/login/[\w-]{32}\n", link)
    path = link.strip().removeprefix("http://127.0.0.1:8000")
    reader = PageClient(app)
    assert reader.get(path).press("Logga in").location == "/overview"
    assert PageClient(app).get(path).status == 410
    assert outbox.rows() == []


def test_a_printed_link_is_for_one_of_those_who_share_a_mailbox(app, cli, carin):
    make_person("Nils Öberg", "carin@example.org")
    several = cli("people", "sign-in-link", "carin@example.org")
    assert several.output == (
        "Error: Several share carin@example.org; say which with --name: Carin Öberg, Nils Öberg.\n"
    )
    link = cli("people", "sign-in-link", "carin@example.org", "--name", "Nils Öberg").output.strip()
    reader = PageClient(app)
    reader.get(link).press("Logga in")
    assert reader.get("/me/settings").form()["name"] == "Nils Öberg"


def test_a_printed_link_expires(make_app, cli, app, carin):
    link = cli("people", "sign-in-link", "carin@example.org").output.strip()
    minutes = app.config["SIGN_IN_LINK_MINUTES"]
    with time_machine.travel(utcnow() + timedelta(minutes=minutes + 1)):
        assert PageClient(app).get(link).status == 410


def test_an_officer_who_leaves_the_area_sees_no_more_of_it(client: PageClient, cli, gun, norrby):
    assert client.get("/areas/norrby", as_=gun).status == 200
    listed = cli("people", "officers").output
    assert "norrby: Gun" in listed
    ended = cli("people", "end-officer", "gun@example.org", "--area", "norrby")
    follows, contact = ended.output.splitlines()
    assert follows == f"{gun.name} follows Norrby no more."
    assert f"Look whether {gun.name} still stands there for Norrby" in contact
    assert client.get("/areas/norrby", as_=gun).status == 404
    again = cli("people", "end-officer", "gun@example.org", "--area", "norrby")
    assert (again.exit_code, again.output) == (1, f"Error: {gun.name} does not follow Norrby.\n")
    assert "norrby" not in cli("people", "officers").output
