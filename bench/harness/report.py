"""RESULTS.md: a section a row; a row that is measured again replaces its own."""
import re
from datetime import date

from . import machine
from .measure import Result, figure_text

RESULTS = machine.BENCH / "RESULTS.md"
FIGURES = {"rate": "{unit}/s", "wall": "time a {unit}", "cpu": "CPU a {unit}", "memory": "memory"}

HEAD = """# Measured beside the peers

After this page you know how fast `sock` and the library are, compared with the programs they replace, and how to measure it
yourself: `./bench/run` measures everything, `./bench/run NAME` one row.

All contestants of a row are asked in turn within one run, each round another one first, pinned to cores. Figures are
medians with the least and the largest in brackets. Only ratios mean something: times are those of one machine on one day.
"""


def write(row, result: Result) -> None:
    sections = read()
    sections[row.name] = section(row, result)
    from .rows import all_rows
    order = [known.name for known in all_rows()]
    text = HEAD + "\n" + "\n".join(sections[name] for name in order if name in sections)
    RESULTS.write_text(text)


def read() -> dict[str, str]:
    text = RESULTS.read_text() if RESULTS.exists() else ""
    parts = re.split(r"^(?=## )", text, flags=re.M)[1:]
    return {part.split("\n", 1)[0][3:].split(":")[0]: part.rstrip("\n") + "\n" for part in parts}


def section(row, result: Result) -> str:
    figures = [figure for figure in FIGURES if any(result.values(name, figure) for name in row.contestants)]
    lines = [f"## {row.name}: {row.title}", ""]
    lines += ["| | " + " | ".join(FIGURES[figure].format(unit=row.unit) for figure in figures) + " |", "|---|" + "---|" * len(figures)]
    for name in row.contestants:
        lines.append(f"| {name} | " + " | ".join(cell(result, name, figure) for figure in figures) + " |")
    lines += ["", "| goal | measured | |", "|---|---|---|"]
    lines += [goal_line(result, goal) for goal in row.goals]
    for name, failures in result.failed.items():
        if failures and name in result.samples:
            lines += ["", f"{name} failed {len(failures)} times and was asked again: {failures[-1]}."]
    if row.shortfall and result.falls_short():
        lines += ["", row.shortfall]
    versions = "; ".join(f"{name}: {machine.version_of(name)}" for name in machine.VERSIONS if any(name in who.split() for who in row.contestants))
    rounds = max((len(samples) for samples in result.samples.values()), default=0)
    lines += ["", f"{date.today()}, {rounds} rounds, {machine.about()}. {versions}.", ""]
    return "\n".join(lines)


def cell(result: Result, name: str, figure: str) -> str:
    values = result.values(name, figure)
    if not values:
        return "; ".join(sorted(set(result.failed.get(name, []))))
    return f"{figure_text(figure, result.median(name, figure))} ({figure_text(figure, min(values))} - {figure_text(figure, max(values))})"


def goal_line(result: Result, goal) -> str:
    ratio = result.ratio(goal)
    if ratio is None:
        return f"| {goal.text()} | not measured | |"
    measured = figure_text(goal.figure, ratio) if goal.against == "" else f"{ratio:.2f} x"
    return f"| {goal.text()} | {measured} | {'met' if goal.is_met(ratio) else '**not met**'} |"
