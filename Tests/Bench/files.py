"""Walks over trees, and archives."""
import contextlib

from harness import Race

TITLE = "Files"
RACES = [
    Race("`find /usr -name '*.so'`", ["find", "/usr", "-name", "*.so"],
         [("GNU", ["/usr/bin/find", "/usr", "-name", "*.so"], 1.0)], 10),
    Race("`du -s /usr`", ["du", "-s", "/usr"], [("GNU", ["/usr/bin/du", "-s", "/usr"], 1.0)], 10),
    # Through a pipe, since GNU tar reads no file when its archive is /dev/null.
    Race("`tar c`, 1 GB", ["sh", "-c", "tar c -C \"$0\" . | cat", "TREE"],
         [("GNU", ["/bin/sh", "-c", "tar c -C \"$0\" . | cat", "TREE"], 1.1)], 5),
]


@contextlib.contextmanager
def surroundings(folder):
    tree = folder / "tree"
    if not (folder / "complete").exists():
        for number in range(64):
            part = tree / str(number)
            part.mkdir(parents=True, exist_ok=True)
            for name in range(16):
                (part / str(name)).write_bytes(bytes([number, name]) * 500_000)
        (folder / "complete").touch()
    yield {"TREE": tree}
