"""The helper put together: Bolt receives, the front answers, threads do the work.

    helper = build(repo, desk, api, clock, log=print)
    helper.start()
    door.socket(helper, app_token).connect()

Nothing but this file and `door` knows Bolt.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.clock import Clock
from reconciler.helper.answers import PRESSED, Content
from reconciler.helper.board import Books
from reconciler.helper.clerk import After, Clerk, Job, Workers, Writes
from reconciler.helper.forms import CALLED
from reconciler.helper.front import Front
from reconciler.helper.inbox import Inbox
from reconciler.helper.people import People
from reconciler.helper.talk import Respond, Talk
from reconciler.helper.watch import Watch
from reconciler.plan.plan import Report
from reconciler.repo.errand import Written
from reconciler.repo.repository import Repository
from reconciler.targets.seam import Api, CallError, Unreachable

if TYPE_CHECKING:
    from slack_bolt import App

#: Threads that answer at once, and those that may wait for Git.
_QUICK, _SLOW = 8, 8
#: Seconds between two looks at what has happened.
_TICK = 3.0


@dataclass
class Helper:
    """A running helper. Where a reconciler runs in the same process, it calls `heard` after each run."""

    app: App
    clerk: Clerk
    watch: Watch
    log: Callable[[str], None]
    _close: Callable[[], None] = lambda: None
    _begin: Callable[[], object] = lambda: None
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def heard(self, report: Report) -> None:
        """A run of the reconciler has ended: answers say at once what came of it."""
        self.watch.heard(report)

    def start(self) -> None:
        """Look at the repository, take up what was left, and keep answers up to date from now on.

        Raises Failure: no settings.
        """
        self._begin()
        self.clerk.books.fetch(state=True)
        self.clerk.resume()
        self._thread = threading.Thread(target=self._keep_on, name="answers", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish what is in hand, and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._close()

    def _keep_on(self) -> None:
        while not self._stop.wait(_TICK):
            try:
                self.watch.tick()
            except Exception as error:  # the next turn may do better, and nothing else depends on it
                self.log(f"answers are not kept up to date: {type(error).__name__}: {error}")


@dataclass(frozen=True)
class Surroundings:
    """What a test replaces: who works, who posts to an answer's address, who hears of commits."""

    quick: Workers | None = None
    slow: Workers | None = None
    respond: Respond | None = None
    after: After | None = None
    wrote: Callable[[Written], None] = lambda _: None
    polls: bool = True
    signing_secret: str | None = None  # for HTTP mode
    listeners: Executor | None = None  # has Bolt's listeners run


def build(
    repo: Repository,
    desk: Writes,
    api: Api,
    clock: Clock,
    log: Callable[[str], None],
    around: Surroundings | None = None,
) -> Helper:
    """The helper of a repository. `api` is Slack with the bot's token; `desk` makes the commits.

    `around.polls` is False where a reconciler in the same process tells of its reports.
    """
    around = around or Surroundings()
    books = Books(repo, clock)
    quick, slow = ThreadPoolExecutor(_QUICK, "quick"), ThreadPoolExecutor(_SLOW, "slow")
    watch = Watch(books, clock, log, around.polls)
    clerk = Clerk(
        books=books,
        desk=desk,
        people=People(api, clock),
        talk=Talk(api, around.respond or _post),
        watch=watch,
        clock=clock,
        log=log,
        quick=around.quick or quick.submit,
        slow=around.slow or slow.submit,
        after=around.after or _after,
        inbox=Inbox(repo.own_folder / "inbox"),
        wrote=around.wrote,
    )

    def close() -> None:
        quick.shutdown()
        slow.shutdown()

    authorize = _authorized(api)
    app = _app(Front(clerk), authorize, around)
    return Helper(app, clerk, watch, log, close, lambda: authorize(None, None))


def _app(front: Front, authorize: Callable[..., Any], around: Surroundings) -> App:
    """The Bolt app: every payload acknowledged at once, and handed to the front."""
    from slack_bolt import App

    app = App(
        signing_secret=around.signing_secret or "none: a socket's payloads are not signed",
        request_verification_enabled=around.signing_secret is not None,
        authorize=authorize,
        listener_executor=around.listeners,
    )
    everything = re.compile(".*", re.S)

    @app.command(everything)
    def command(ack: Any, body: Mapping[str, Any]) -> None:
        ack()
        front.command(body)

    @app.action(re.compile(f"^{PRESSED}"))
    def action(ack: Any, body: Mapping[str, Any]) -> None:
        ack()
        front.action(body)

    @app.shortcut(everything)
    def shortcut(ack: Any, body: Mapping[str, Any]) -> None:
        ack()
        front.shortcut(body)

    @app.view(re.compile(f"^{CALLED}"))
    def submission(ack: Any, body: Mapping[str, Any]) -> None:
        ack(**front.submission(body))

    @app.event("reaction_added")
    def reaction(body: Mapping[str, Any]) -> None:
        front.reaction(body)

    return app


def _authorized(api: Api) -> Callable[..., Any]:
    """Who the bot is: asked once, at the start if Slack is there, so that Bolt knows its own acts."""
    from slack_bolt.authorization import AuthorizeResult

    known: list[AuthorizeResult] = []

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        if not known:
            try:
                bot = api.call("auth.test")
            except CallError:
                return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
            known.append(
                AuthorizeResult(
                    enterprise_id=enterprise_id,
                    team_id=team_id,
                    bot_id=bot.get("bot_id"),
                    bot_user_id=bot.get("user_id"),
                )
            )
        return known[0]

    return authorize


def _after(seconds: float, job: Job) -> Callable[[], None]:
    timer = threading.Timer(seconds, job)
    timer.daemon = True
    timer.start()
    return timer.cancel


def _post(url: str, content: Content) -> None:
    """Post an answer to the address that came with a command."""
    from slack_bolt import Respond

    try:
        answer = Respond(response_url=url)(**content)
    except OSError as error:
        raise Unreachable("response_url", str(error)) from None
    if answer.status_code >= 400:
        raise Unreachable("response_url", f"{answer.status_code} {answer.body[:200]}")
