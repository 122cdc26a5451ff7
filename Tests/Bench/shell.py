"""The shell beside dash and busybox."""
from harness import BUSYBOX, Race

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
