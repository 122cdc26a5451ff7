"""Races of the shipping binary against other tools. A section is a module beside this one with

    TITLE         what it is about
    RACES         a list of Race
    surroundings  optional: a context manager, given an empty folder, that starts what the races need and gives the words
                  to put in place of others in their commands
    figures       optional: given those words, yields a Figure for each thing that is no race
"""
import contextlib
import dataclasses
import os
import pathlib
import subprocess
import sys

project = pathlib.Path(__file__).resolve().parent.parent.parent
OURS = os.environ.get("DEBUGBOX", str(project / ".build/debugbox"))
BUSYBOX = "/bin/busybox"


@dataclasses.dataclass
class Race:
    """Our command, and others: name, command, and the limit of our share of its time, if there is one."""
    title: str
    ours: list
    others: list
    runs: int = 20
    sleepers: int = 0  # other processes in sight


@dataclasses.dataclass
class Figure:
    """A line of the table, and what is wrong with it, if anything."""
    title: str
    ours: str
    other: str = ""
    ratio: float | None = None
    limit: str = ""
    memory: str = ""
    missed: str = ""

    def line(self):
        ratio = "" if self.ratio is None else f"{self.ratio:.3f}" if self.ratio < 0.1 else f"{self.ratio:.2f}"
        return f"| {self.title} | {self.ours} | {self.other} | {ratio} | {self.limit} | {self.memory} |"


def compiled():
    """The program that runs commands in turns, see race.c."""
    source, program = project / "Tests/Bench/race.c", project / ".build/race"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["cc", "-O2", "-static", "-Wall", "-Werror", "-o", program, source], check=True)
    return str(program)


def run(race, words, quick):
    """A Figure for each of the others."""
    runs = max(5, race.runs // 5) if quick else race.runs
    commands = [[OURS, *race.ours]] + [[command[0], *command] for _, command, _ in race.others]
    line = [compiled(), str(race.sleepers), str(runs)]
    for command in commands:
        line += ["--", *(str(words.get(word, word)) for word in command)]
    result = subprocess.run(line, capture_output=True, text=True, timeout=900)
    if result.returncode != 0:
        yield Figure(race.title, "", missed=f"{race.title}: status {result.returncode}: {result.stderr.strip()[-300:]}")
        return
    rows = [[int(word) for word in row.split()] for row in result.stdout.splitlines()]
    wall, _, memory, status = rows[0]
    for (name, _, limit), (other_wall, _, other_memory, other_status) in zip(race.others, rows[1:]):
        ratio, missed = wall / other_wall, ""
        if limit and ratio > limit:
            missed = f"{race.title}: {ratio:.3f} times {name}, limit {limit:.2f}"
        elif status != other_status:
            missed = f"{race.title}: status {status}, {name} {other_status}"
        yield Figure(race.title, duration(wall), f"{name} {duration(other_wall)}", ratio, f"{limit:.2f}" if limit else "",
                     f"{memory} : {other_memory} KiB", missed)


def duration(nanoseconds):
    return f"{nanoseconds / 1e6:.2f} ms" if nanoseconds < 1e8 else f"{nanoseconds / 1e6:.0f} ms"


def run_section(section, quick):
    """Prints its lines, and "missed:" for what is above its limit. In namespaces of its own: see scripts/bench."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    folder = project / ".build/bench" / section.__name__
    folder.mkdir(parents=True, exist_ok=True)
    surroundings = getattr(section, "surroundings", lambda folder: contextlib.nullcontext({}))
    with surroundings(folder) as words:
        figures = (figure for race in section.RACES for figure in run(race, words, quick))
        for figure in figures:
            say(figure)
        for figure in getattr(section, "figures", lambda words: ())(words):
            say(figure)


def say(figure):
    print(figure.line(), flush=True)
    if figure.missed:
        print("missed:", figure.missed, file=sys.stderr, flush=True)
