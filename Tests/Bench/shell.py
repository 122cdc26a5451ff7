"""The shell beside dash and busybox."""
import os
import pty
import signal
import time

from harness import BUSYBOX, OURS, Figure, Race, duration

TITLE = "Shell"
DASH = "/bin/dash"
LOOP = "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done"
CALLS = "f() { x=$1; }; i=0; while [ $i -lt 50000 ]; do f $i; i=$((i + 1)); done"
SUMS = "i=0 s=0; while [ $i -lt 100000 ]; do s=$((s + i * 3 % 7)) i=$((i + 1)); done"
STRINGS = "i=0; while [ $i -lt 20000 ]; do s=a${i}b; t=${s#a}; u=${t%b}; v=$u$s; i=$((i + 1)); done"
CAPTURE = "i=0; while [ $i -lt 2000 ]; do x=$(echo $i); i=$((i + 1)); done"
APPLETS = "i=0; while [ $i -lt 300 ]; do x=$(basename /a/b/$i .c); i=$((i + 1)); done"
PIPES = "i=0; while [ $i -lt 100 ]; do seq 3 | cat | tail -n 1; i=$((i + 1)); done"


def race(title, script, limit=1.0, others="dash"):
    return Race(title, ["sh", "-c", script], [(others, [DASH, "-c", script], limit)], 30)


RACES = [
    Race("`sh -c :`", ["sh", "-c", ":"],
         [("busybox", [BUSYBOX, "sh", "-c", ":"], 1.0), ("dash", [DASH, "-c", ":"], None)], 1000),
    race("a loop of 100,000", LOOP),
    race("arithmetic, 100,000 times", SUMS),
    race("50,000 function calls", CALLS),
    race("strings, 20,000 times", STRINGS),
    race("`$(echo …)` 2,000 times", CAPTURE),
    race("`$(basename …)` 300 times", APPLETS, 0.5, "dash, coreutils"),
    race("`seq | cat | tail` 100 times", PIPES, 0.5, "dash, coreutils"),
]


PROMPT_LIMIT = 2e6  # nanoseconds
PROMPT_RUNS = 100


def prompt_time():
    """From execve(2) to the prompt of a session without a command, on a terminal."""
    started, writer = os.pipe()
    child, terminal = pty.fork()
    if child == 0:
        os.write(writer, time.monotonic_ns().to_bytes(8, "little"))
        os.execve(OURS, ["sh"], {"PATH": "/bin", "TERM": "xterm", "HOSTNAME": "pod"})
    seen = b""
    while b"\x1b[?2004h" not in seen:  # bracketed paste: on as the prompt is written
        seen += os.read(terminal, 65536)
    end = time.monotonic_ns()
    start = int.from_bytes(os.read(started, 8), "little")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for descriptor in (terminal, started, writer):
        os.close(descriptor)
    return end - start


def figures(_):
    least = min(prompt_time() for _ in range(PROMPT_RUNS))
    yield Figure("from start to prompt", duration(least), limit=duration(PROMPT_LIMIT),
                 missed=f"prompt after {duration(least)}" if least > PROMPT_LIMIT else "")
