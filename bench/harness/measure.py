"""Rows of the table: contestants that are measured in turn, and the goals that compare them."""
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field


MOST_FAILURES = 3


@dataclass
class Sample:
    """One round of one contestant. What was not measured is None."""
    rate: float | None = None      # units a second
    wall: float | None = None      # seconds a unit
    cpu: float | None = None       # CPU seconds a unit
    memory: float | None = None    # bytes


@dataclass
class Goal:
    """The median of a figure over that of another contestant, and what it may be."""
    figure: str
    relation: str
    factor: float
    against: str
    whose: str = "sock"

    def text(self) -> str:
        whose = "" if self.whose == "sock" else f"{self.whose}: "
        if self.against == "":
            return f"{whose}{self.figure} {self.relation} {figure_text(self.figure, self.factor)}"
        return f"{whose}{self.figure} {self.relation} {self.factor:g} x {self.against}"

    def is_met(self, ratio: float) -> bool:
        return ratio >= self.factor if self.relation == ">=" else ratio <= self.factor


@dataclass
class Row:
    name: str
    title: str
    unit: str
    contestants: dict[str, Callable[[], Sample]]
    goals: list[Goal]
    shortfall: str = ""            # why a goal is missed, where one is
    rounds: int | None = None      # where the usual number does not do

    def measure(self, rounds: int) -> "Result":
        """Each round asks all contestants, each time another one first. The first round is thrown away."""
        result = Result(self)
        for number in range((self.rounds or rounds) + 1):
            names = list(self.contestants)
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                sample = result.ask(name)
                if sample and number > 0:
                    result.samples.setdefault(name, []).append(sample)
        return result


@dataclass
class Result:
    row: Row
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)

    def ask(self, name: str) -> Sample | None:
        """Whoever fails is asked again, which is told; whoever has failed too often is asked no more."""
        failures = self.failed.setdefault(name, [])
        while len(failures) < MOST_FAILURES:
            try:
                return self.row.contestants[name]()
            except (RuntimeError, OSError) as error:
                print(f"  {name}: {error}", file=sys.stderr)
                failures.append(str(error))
        return None

    def values(self, name: str, figure: str) -> list[float]:
        return [value for sample in self.samples.get(name, []) if (value := getattr(sample, figure)) is not None]

    def median(self, name: str, figure: str) -> float | None:
        values = self.values(name, figure)
        return statistics.median(values) if values else None

    def ratio(self, goal: Goal) -> float | None:
        ours = self.median(goal.whose, goal.figure)
        if goal.against == "":
            return ours
        theirs = self.median(goal.against, goal.figure)
        return ours / theirs if ours is not None and theirs else None

    def falls_short(self) -> bool:
        return any((ratio := self.ratio(goal)) is not None and not goal.is_met(ratio) for goal in self.row.goals)


def figure_text(figure: str, value: float) -> str:
    if figure == "memory":
        return f"{value / 1024:.1f} KiB" if value < 1 << 20 else f"{value / (1 << 20):.1f} MiB"
    if figure == "rate":
        return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"
