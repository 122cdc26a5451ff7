"""Tools for text beside GNU's, on files that are the same every time."""
import contextlib
import random

from harness import Race

TITLE = "Text"


def race(title, ours, limit=None):
    """GNU's program of the same name."""
    return Race(title, ours, [("GNU", ["/usr/bin/" + ours[0], *ours[1:]], limit)], 5)


# With -c, since GNU grep looks no further than the first match when nobody reads.
RACES = [
    race("`grep -c TEXT`, 200 MB", ["grep", "-c", "NullPointerError", "LOG"], 1.2),
    race("`grep -cE`, 200 MB", ["grep", "-cE", "user.*(404|500) [a-z]+ id=[0-9]*x$", "LOG"], 1.2),
    race("`grep -ci`, 200 MB", ["grep", "-ci", "nullpointererror", "LOG"], 1.2),
    race("`sort`, 1 M lines", ["sort", "LINES"], 1.2),
    race("`sort -n`, 1 M lines", ["sort", "-n", "NUMBERS"], 1.2),
    race("`sort -k2,2n -k1,1r`, 1 M lines", ["sort", "-k2,2n", "-k1,1r", "NUMBERS"]),
    race("`wc`, 200 MB", ["wc", "LOG"]),
    race("`sha256sum`, 200 MB", ["sha256sum", "LOG"], 1.1),
    race("`md5sum`, 200 MB", ["md5sum", "LOG"]),
    race("`cut -d ' ' -f 2,5`, 20 MB", ["cut", "-d ", "-f2,5", "SHORT"]),
    race("`uniq -c`, 1 M lines", ["uniq", "-c", "LINES"]),
    race("`hexdump -C`, 2 MB", ["hexdump", "-C", "BYTES"]),
]


@contextlib.contextmanager
def surroundings(folder):
    if not (folder / "complete").exists():
        write(folder)
        (folder / "complete").touch()
    yield {name: folder / name.lower() for name in ("LOG", "SHORT", "BYTES", "LINES", "NUMBERS")}


def write(folder):
    words = ("error warning info connect timeout GET POST /api/v1/users /index.html 200 404 500 "
             "java.lang.NullPointerException user session token handler thread main worker").split()
    chance = random.Random(1)
    with open(folder / "log", "w") as log:
        while log.tell() < 200_000_000:
            block = "".join(f"2026-11-21T12:{chance.randrange(60):02}Z {' '.join(chance.choices(words, k=8))} "
                            f"id={chance.randrange(10**9)}\n" for _ in range(2000))
            log.write(block * 5)
    with open(folder / "log") as log, open(folder / "short", "w") as short:
        short.write(log.read(20_000_000))
    (folder / "bytes").write_bytes(chance.randbytes(2_000_000))
    with open(folder / "lines", "w") as lines, open(folder / "numbers", "w") as numbers:
        for _ in range(1_000_000):
            lines.write("".join(chance.choices("abcdefghijklmnopqrstuvwxyz ", k=chance.randrange(5, 40))) + "\n")
            numbers.write(f"{chance.randrange(10**9)} {chance.randrange(1000)}\n")
