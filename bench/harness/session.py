"""The order of a run: repeats outside, gateways inside, the floor measured again beside each gateway."""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

from harness import measures
from harness.crossing import Translating, crossing
from harness.gateways import Gateway, Nginx, Switchgear
from harness.measures import Figures, Measure, Setting
from harness.processes import BenchError
from harness.stages import Guarding, stages
from harness.tools import MEASURES, Tooled, used
from harness.upstreams import Running, running

PAIRED = {"cpu": "cpu.us_per_request", "stream": "stream.us_per_chunk"}
"""Measures whose ratio to the floor is taken from two runs directly after one another."""


class Results:
    """Every figure measured, by gateway and name, in the order of the repeats; and what could not be measured."""

    def __init__(self) -> None:
        self.figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.versions: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.failures: dict[str, list[str]] = defaultdict(list)

    def add(self, gateway: str, figures: Figures) -> None:
        for name, value in figures.items():
            self.figures[gateway][name].append(value)

    def of(self, gateway: str, name: str) -> list[float]:
        """What was measured under this name; empty when nothing was."""
        return self.figures.get(gateway, {}).get(name, [])


class Session:
    """Runs the chosen measures on the prepared gateways and fills ``results``."""

    def __init__(
        self, gateways: Sequence[Gateway], setting: Setting, groups: Collection[str], tell: Callable[[str], None]
    ) -> None:
        """The first gateway is the floor."""
        assert isinstance(gateways[0], Nginx)
        self._floor, self._others = gateways[0], list(gateways[1:])
        self._setting = setting
        self._groups = groups
        self._tell = tell
        self.results = Results()
        for gateway in gateways:
            self.results.labels[gateway.name] = gateway.label

    def run(self) -> Results:
        """All repeats. The order of the gateways moves on by one each time."""
        for repeat in range(self._setting.plan.repeats):
            with running(self._floor, self._setting.cores) as floor:
                self._turn(floor, floor, repeat)
                turn = repeat % len(self._others) if self._others else 0
                for gateway in self._others[turn:] + self._others[:turn]:
                    self._visit(gateway, floor, repeat)
        return self.results

    def _visit(self, gateway: Gateway, floor: Running, repeat: int) -> None:
        try:
            self._first_start(gateway, repeat)
            with running(gateway, self._setting.cores) as run:
                self._turn(run, floor, repeat)
            if isinstance(gateway, Switchgear) and "crossing" in self._groups:
                self._cross(gateway, repeat)
            if isinstance(gateway, Switchgear) and "stages" in self._groups:
                self._guard(gateway, floor, repeat)
            if isinstance(gateway, Switchgear) and "tools" in self._groups and repeat == 0:
                self._call_tools(gateway, repeat)
        except BenchError as error:
            self._failed(gateway, "start", repeat, error)

    def _cross(self, gateway: Switchgear, repeat: int) -> None:
        """Translations, in a process of their own with providers to translate for; it counts as the same gateway."""
        translating = Translating(gateway.upstreams, gateway.folder.parent / f"{Translating.name}-{repeat}")
        translating.name = gateway.name
        with running(translating, self._setting.cores) as run:
            self.results.add(gateway.name, {"crossing.start_s": run.start_seconds})
            self._try(run, "crossing", crossing, repeat)

    def _guard(self, gateway: Switchgear, floor: Running, repeat: int) -> None:
        """The stages before a provider, in a process of their own that has them all; it counts as the same gateway."""
        guarding = Guarding(gateway.upstreams, gateway.folder.parent / f"{Guarding.name}-{repeat}")
        guarding.name = gateway.name
        with running(guarding, self._setting.cores) as run:
            self._try(run, "stages", partial(_beside, floor), repeat)

    def _call_tools(self, gateway: Switchgear, repeat: int) -> None:
        """Tools of plugins, in processes of their own; they count as the same gateway."""
        tooled = Tooled(gateway.upstreams, gateway.folder.parent / f"{Tooled.name}-{repeat}")
        tooled.name = gateway.name
        with running(tooled, self._setting.cores) as run:
            for measure in MEASURES:
                self._try(run, "tools", measure, repeat)
        with running(tooled, self._setting.cores) as run:
            self._try(run, "tools", used, repeat)

    def _first_start(self, gateway: Gateway, repeat: int) -> None:
        """A start on an empty folder, where that differs; each repeat gets a folder of its own."""
        gateway.folder = gateway.folder.parent / f"{gateway.name}-{repeat}"
        if gateway.keeps_data and "start" in self._groups:
            with running(gateway, self._setting.cores) as run:
                self.results.add(gateway.name, {"start.first_s": run.start_seconds})
                self._say(repeat, gateway, f"first answer {run.start_seconds:.2f} s after an empty start")

    def _turn(self, run: Running, floor: Running, repeat: int) -> None:
        gateway, groups = run.gateway, self._groups
        if "start" in groups:
            self.results.add(gateway.name, {"start.s": run.start_seconds})
            self._say(repeat, gateway, f"first answer {run.start_seconds:.2f} s after the start")
        if "memory" in groups:
            self._try(run, "memory", measures.idle_memory, repeat)
            if repeat == 0:
                self._try(run, "memory", measures.memory_growth, repeat)
        if groups & measures.EVERY_REPEAT.keys():
            self._try(run, "warm-up", measures.warm_up, repeat)
        for group, measure in measures.EVERY_REPEAT.items():
            if group in groups:
                self._measure(run, floor, group, measure, repeat)
        if "open" in groups and repeat == 0 and isinstance(gateway, Nginx | Switchgear):
            self._try(run, "open", measures.open_streams, repeat)

    def _measure(self, run: Running, floor: Running, group: str, measure: Measure, repeat: int) -> None:
        """``measure`` on the gateway; on the floor directly before it where the ratio is of interest."""
        if group not in PAIRED or run is floor:
            self._try(run, group, measure, repeat)
            return
        base = self._try(floor, group, measure, repeat)
        own = self._try(run, group, measure, repeat)
        if base and own:
            name = PAIRED[group]
            self.results.add(run.gateway.name, {f"{group}.times_floor": own[name] / base[name]})

    def _try(self, run: Running, group: str, measure: Measure, repeat: int) -> Figures:
        began = time.perf_counter()
        try:
            run.child.check_alive()
            figures = measure(run, self._setting)
        except (BenchError, OSError) as error:
            self._failed(run.gateway, group, repeat, error)
            return {}
        self.results.add(run.gateway.name, figures)
        shown = "  ".join(f"{name.partition('.')[2]} {value:,.4g}" for name, value in figures.items())
        self._say(repeat, run.gateway, f"{group} ({time.perf_counter() - began:.0f} s)  {shown}")
        return figures

    def _failed(self, gateway: Gateway, group: str, repeat: int, error: Exception) -> None:
        self.results.failures[gateway.name].append(f"{group}, repeat {repeat + 1}: {error}")
        self._say(repeat, gateway, f"{group} failed: {error}")

    def _say(self, repeat: int, gateway: Gateway, what: str) -> None:
        self._tell(f"[{repeat + 1}/{self._setting.plan.repeats}] {gateway.name:<10} {what}")


def _beside(floor: Running, run: Running, setting: Setting) -> Figures:
    return stages(run, floor, setting)


def prepare(kinds: Sequence[Gateway], tell: Callable[[str], None]) -> tuple[list[Gateway], dict[str, str], list[str]]:
    """Install what is missing. Gives the gateways that can run, their versions, and why the others cannot.

    Raises ``BenchError`` when it is the floor that cannot.
    """
    ready, versions, missing = list[Gateway](), dict[str, str](), list[str]()
    for gateway in kinds:
        try:
            versions[gateway.name] = gateway.prepare()
        except (BenchError, OSError) as error:
            if isinstance(gateway, Nginx):
                raise
            missing.append(f"{gateway.label} was not measured: {error}")
            tell(missing[-1])
            continue
        ready.append(gateway)
    return ready, versions, missing


def work_folder(home: Path) -> Path:
    """An empty folder for this run's configurations, data and logs; what the run before left is removed."""
    folder = home / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
