"""A worker that says what its work costs of the processor: `python -m bench.worker own|threads FILE`."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any

from watch import create_app, jobs
from watch.mail import connections, delivery, queue, sender
from watch.mail.delivery import Round

spent: dict[str, float] = defaultdict(float)
inside = 0.0


def timed(part: str, step: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(step)
    def wrapped(*args: Any, **more: Any) -> Any:
        global inside
        outer, inside = inside, 0.0
        begun = time.thread_time()
        try:
            return step(*args, **more)
        finally:
            took = time.thread_time() - begun
            spent[part] += took - inside
            inside = outer + took

    return wrapped


def main() -> None:
    how, file = sys.argv[1:]
    app = create_app()
    cls = connections.Connections
    carry = connections.SendingThread._carry

    def carried(self: Any, *args: Any) -> None:
        carry(self, *args)
        self.cpu = time.thread_time()

    connections.SendingThread._carry = carried
    if how == "unpinned":
        sender.keep_to_one_core = lambda _number: None
    made = []
    init = cls.__init__

    def note(self: Any) -> None:
        init(self)
        made.append(self)

    cls.__init__ = note
    Round._fill_stock = timed("claims", Round._fill_stock)
    Round._seal = timed("filling", Round._seal)
    cls.begin = timed("smtp", cls.begin)
    cls.wait = timed("smtp", cls.wait)
    Round._settle = timed("settling", Round._settle)
    run = delivery.run

    def counted(*args: Any) -> int:
        sent = run(*args)
        if sent:
            spent["sent"] += sent
            facts = dict(spent, process=time.process_time(), thread=time.thread_time())
            facts["lines"] = sum(getattr(line, "cpu", 0.0) for each in made for line in each.all)
            with open(file, "a") as out:
                out.write(json.dumps(facts) + "\n")
        return sent

    delivery.run = counted
    with app.app_context():
        jobs.work()


if __name__ == "__main__":
    main()
