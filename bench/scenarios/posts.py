"""A web process dies while a notice is being sent from its form; the sender tries again until answered."""

from __future__ import annotations

import http.client
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import func, select

from bench.scenarios.result import Result
from bench.scenarios.stage import Asked, Stage, addresses, stage
from tests.faults.processes import Web, Workers, free_port
from watch.extensions import db
from watch.models import Mailing, Notice, SignIn

HIDDEN = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """The web server's answer; status 0 means none."""

    status: int
    page: str = ""
    location: str = ""

    @property
    def heading(self) -> str:
        """The page's h1."""
        found = HEADING.search(self.page)
        return " ".join(re.sub(r"<[^>]+>", "", found[1]).split()) if found else ""


class Browser:
    """A browser in which the group's lead is signed in."""

    def __init__(self, here: Stage) -> None:
        self.address = urlsplit(here.settings["WATCH_BASE_URL"]).netloc
        self.path = f"/groups/{here.group_id}/notices"
        id_ = secrets.token_urlsafe(24)
        db.session.add(SignIn(id=id_, person_id=here.lead_id, device="bench"))
        db.session.commit()
        signer = SecureCookieSessionInterface().get_signing_serializer(here.app)
        assert signer
        said = str(signer.dumps({"_user_id": id_, "_fresh": True}))
        self.cookie = f"{here.app.config['SESSION_COOKIE_NAME']}={said}"

    def ask(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> Answer:
        """Send one request. A lost connection raises nothing; its status is 0."""
        connection = http.client.HTTPConnection(self.address, timeout=30)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, urlencode(fields) if fields else None, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if cookie.startswith(self.cookie.partition("=")[0] + "="):
                self.cookie = cookie.partition(";")[0]
        return Answer(answer.status, page, answer.headers.get("Location", ""))

    def form(self) -> dict[str, str]:
        """Return a new, filled-in form. Asks until the page comes."""
        while (answer := self.ask("GET", f"{self.path}/new")).status != 200:
            if answer.status:
                raise RuntimeError(f"the form's page answers {answer.status}: {answer.heading}")
            time.sleep(0.1)
        inputs = [dict(ATTRIBUTE.findall(each)) for each in HIDDEN.findall(answer.page)]
        hidden = {each["name"]: each.get("value", "") for each in inputs if each.get("type") == "hidden"}
        return {
            **{name: hidden[name] for name in ("csrf_token", "form_key")},
            "audience": "group", "level": "information", "title": "Ny lampa", "body": "Den är på plats.",
        }  # fmt: skip

    def send(self, form: Mapping[str, str]) -> Answer:
        return self.ask("POST", self.path, form)


def killed_posts(asked: Asked) -> Result:
    """(i) as many notices as forms, however often the process died while it handled one."""
    forms, port = asked.kills or 500, free_port()
    settings = {"BASE_URL": f"http://127.0.0.1:{port}", "FORMS_IN_TEN_MINUTES": "1000000"}
    with stage(asked, **settings) as here:
        here.fill(addresses(3), sharing=0)
        browser, tries, strange = Browser(here), 0, []
        with Web(3, here.settings, here.folder, port) as web, Workers(1, here.settings, here.folder):
            for number in range(forms):
                pressed, answer = _send_until_answered(here, web, browser)
                tries += pressed
                if answer.status != 303 or "/report" not in answer.location:
                    strange.append(answer)
                if not number % 100:
                    here.say(f"{number} forms, {tries} presses")
            made = db.session.scalar(select(func.count(Notice.id))) or 0
            mailings = db.session.scalar(select(func.count(Mailing.id))) or 0
            db.session.rollback()
            here.acknowledged = made * here.rows_each
            here.settle(300)
        result = Result(f"i {forms} killed posts, {asked.database}", forms, here.count(), 0)
    result.notes.append(f"{tries} presses for {forms} forms")
    result.notes += [f"answered {each.status} {each.location} {each.heading}" for each in strange[:5]]
    result.demand(made == mailings == forms, f"{forms} forms made {made} notices and {mailings} mailings")
    result.demand(not strange, f"{len(strange)} answers were no way to the notice")
    return result.judge()


def _send_until_answered(here: Stage, web: Web, browser: Browser) -> tuple[int, Answer]:
    """Send the form while a process is killed at some moment; repeat until there is an answer."""
    form = browser.form()
    killer = threading.Timer(here.random.uniform(0, 0.06), web.kill_any, (here.random,))
    killer.start()
    presses, answer = 1, browser.send(form)
    while not answer.status and presses < 200:
        time.sleep(0.05)
        presses, answer = presses + 1, browser.send(form)
    killer.join()
    return presses, answer
