"""One job on a runner of its own: its steps in order, each a process, as GitHub runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.actions import expressions
from tests.support.actions.expressions import Contexts, Open, Unknown
from tests.support.actions.files import SUMMARY, Annotation, annotated, pairs

ROOT = Path(__file__).parents[3]
_SHELLS = {None: ("bash", "-e"), "bash": ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")}
_STEP_KEYS = {"name", "id", "if", "uses", "with", "run", "env", "shell", "working-directory"}
_TOLD = """
actor actor_id api_url server_url repository ref ref_name sha job event_name run_id workflow head_ref base_ref
"""
#: Seconds; each step ends long before.
_PATIENCE = 120

#: Stands for the Python that setup-python brings: it installs nothing, for what it would install is here.
_PYTHON = """\
#!/bin/sh
bin=$(dirname "$0")
case "$*" in
  "-m pip install --quiet "*)
    printf '#!/bin/sh\\nPYTHONPATH={root} exec {python} -m reconciler "$@"\\n' >"$bin/reconciler"
    chmod +x "$bin/reconciler" ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *) echo "this stand-in does not know: python $*" >&2; exit 97 ;;
esac
"""


@dataclass
class Ended:
    """What became of a job: `success`, `failure` or `skipped`."""

    name: str
    outcome: str = "success"
    log: str = ""
    summary: str = ""
    annotations: list[Annotation] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)  # the `run` of each step that was not skipped
    seconds: float = 0


@dataclass
class Frame:
    """Where steps stand: in the job, or in an action that it uses, which has inputs and a folder."""

    inputs: Mapping[str, Any]
    env: Mapping[str, str] = field(default_factory=dict)
    action: Path | None = None
    steps: dict[str, Any] = field(default_factory=dict)
    failed: bool = False


@dataclass
class Runner:
    """A machine for one job. `github` is the context of that name, `given` the environment of every step."""

    folder: Path
    github: dict[str, Any]
    secrets: Mapping[str, str]
    given: Mapping[str, str]
    checkout: Any
    ended: Ended
    needs: Mapping[str, Any] = field(default_factory=dict)
    exported: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("work", "temp", "home", "bin"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "event.json").write_text(json.dumps(self.github["event"]), encoding="utf-8")

    @property
    def work(self) -> Path:
        """The workspace."""
        return self.folder / "work"

    def run(self, job: Mapping[str, Any], env: Mapping[str, Any], inputs: Mapping[str, Any]) -> Ended:
        """Run the job's steps, and take its outputs."""
        frame = Frame(inputs, {})
        of_workflow = self._env(env, frame)
        frame.env = of_workflow | self._env(job.get("env", {}), Frame(inputs, of_workflow))
        self._steps(job["steps"], frame)
        self.ended.outcome = "failure" if frame.failed else "success"
        contexts = self._contexts(frame)
        outputs = job.get("outputs", {})
        self.ended.outputs = {name: expressions.text(given, contexts) for name, given in outputs.items()}
        for secret in self.secrets.values():
            assert secret not in self.ended.log + self.ended.summary, "a secret is in the log"
        return self.ended

    # steps

    def _steps(self, steps: list[Mapping[str, Any]], frame: Frame) -> None:
        for number, step in enumerate(steps):
            if strange := step.keys() - _STEP_KEYS:
                raise Unknown(f"of a step: {sorted(strange)}")
            if not expressions.holds(step.get("if"), self._contexts(frame)):
                self._keep(step, frame, "skipped", {})
                continue
            own = Frame(frame.inputs, {**frame.env, **self._env(step.get("env", {}), frame)}, frame.action)
            own.steps = frame.steps
            try:
                outputs = self._use(step, own) if "uses" in step else self._script(step, own, number)
            except _Failed as failed:
                self.ended.log += f"{failed}\n"
                frame.failed = True
                self._keep(step, frame, "failure", {})
                continue
            self._keep(step, frame, "success", outputs)

    def _keep(self, step: Mapping[str, Any], frame: Frame, outcome: str, outputs: Mapping[str, str]) -> None:
        if "id" in step:
            frame.steps[step["id"]] = {"outputs": Open(outputs), "outcome": outcome, "conclusion": outcome}

    def _script(self, step: Mapping[str, Any], frame: Frame, number: int) -> Mapping[str, str]:
        """A `run`: a script of its own, in the shell that GitHub takes for it."""
        if step.get("shell") not in _SHELLS or (frame.action and "shell" not in step):
            raise Unknown(f"the shell {step.get('shell')}")
        contexts = self._contexts(frame)
        script = self.folder / f"step-{number}.sh"
        script.write_text(expressions.text(step["run"], contexts), encoding="utf-8")
        self.ended.ran.append(step["run"])
        place = self.work / expressions.text(step.get("working-directory", "."), contexts)
        files = {name: self.folder / f"{name}-{number}" for name in ("ENV", "OUTPUT", "STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        env = self._surroundings(frame) | {f"GITHUB_{name}": str(file) for name, file in files.items()}
        done = subprocess.run(
            [*_SHELLS[step.get("shell")], str(script)],
            cwd=place,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
        )
        log = done.stdout.decode()
        self.ended.log += f"$ {step['run'].strip()}\n{log}"
        self.ended.annotations += annotated(log)
        summary = files["STEP_SUMMARY"].read_bytes()
        assert len(summary) <= SUMMARY, "GitHub would drop this summary"
        self.ended.summary += summary.decode()
        self.exported.update(pairs(files["ENV"]))
        if done.returncode:
            raise _Failed(f"exit code {done.returncode}")
        return pairs(files["OUTPUT"])

    # what `uses` names

    def _use(self, step: Mapping[str, Any], frame: Frame) -> Mapping[str, str]:
        name, _, _ = step["uses"].partition("@")
        contexts = self._contexts(frame)
        given = {key: expressions.text(one, contexts) for key, one in step.get("with", {}).items()}
        match name:
            case "actions/checkout":
                self.checkout(self.work, given)
                return {}
            case "actions/setup-python":
                return self._python(given)
            case "actions/upload-artifact":
                assert given.keys() == {"name", "path", "overwrite"}, given
                self.ended.artifacts[given["name"]] = Path(given["path"]).read_text(encoding="utf-8")
                return {}
            case "./" | "incident-reconciler/incident-reconciler":
                return self._composite(given, frame)
        raise Unknown(f"the action {name}")

    def _python(self, given: Mapping[str, str]) -> Mapping[str, str]:
        place = self.folder / ("python" if given.get("update-environment") == "false" else "bin")
        place.mkdir(exist_ok=True)
        stub = place / "python"
        stub.write_text(_PYTHON.format(python=sys.executable, root=ROOT), encoding="utf-8")
        stub.chmod(0o755)
        return {"python-path": str(stub), "python-version": given["python-version"]}

    def _composite(self, given: Mapping[str, str], frame: Frame) -> Mapping[str, str]:
        """An action of ours: its steps, with its inputs, and with its defaults where there are none."""
        action = load(ROOT / "action.yml")
        known = action["inputs"]
        if strange := given.keys() - known.keys():
            raise Unknown(f"inputs of our action: {sorted(strange)}")
        contexts = self._contexts(frame)
        inputs = {name: expressions.text(one.get("default", ""), contexts) for name, one in known.items()}
        inside = Frame({**inputs, **given}, frame.env, ROOT)
        self._steps(action["runs"]["steps"], inside)
        if inside.failed:
            raise _Failed("the action failed")
        return {}

    # what a step sees

    def _env(self, given: Mapping[str, Any], frame: Frame) -> dict[str, str]:
        contexts = self._contexts(frame)
        return {name: expressions.text(one, contexts) for name, one in given.items()}

    def _contexts(self, frame: Frame) -> Contexts:
        state = {
            "success": lambda: not frame.failed,
            "failure": lambda: frame.failed,
            "always": lambda: True,
            "cancelled": lambda: False,
        }
        place = {"action_path": str(frame.action)} if frame.action else {}
        inside = {} if frame.action else {"secrets": Open(self.secrets)}  # an action sees no secrets
        return {
            **inside,
            "github": {**self.github, "event": Open(self.github["event"]), **place},
            "env": Open({**frame.env, **self.exported}),
            "inputs": frame.inputs,
            "steps": frame.steps,
            "needs": self.needs,
            "runner": {"temp": str(self.folder / "temp"), "os": "Linux"},
            "functions": state,
        }

    def _surroundings(self, frame: Frame) -> dict[str, str]:
        told = {f"GITHUB_{name.upper()}": str(self.github[name]) for name in _TOLD.split()}
        action = {"GITHUB_ACTION_PATH": str(frame.action)} if frame.action else {}
        return {
            "PATH": f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_WORKSPACE": str(self.work),
            "RUNNER_TEMP": str(self.folder / "temp"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **told,
            **action,
            **self.given,
            **frame.env,
            **self.exported,
        }


class _Failed(Exception):
    """A step that did not end well."""


def load(path: Path) -> Any:
    """A workflow's or an action's file."""
    return parsed(path.read_text(encoding="utf-8"))


def parsed(text: str) -> Any:
    """A workflow as data; YAML 1.1 reads its key `on` as a boolean, which is undone here."""
    import yaml

    found = yaml.safe_load(text)
    return {"on" if key is True else key: one for key, one in found.items()}
