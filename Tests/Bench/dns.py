"""Questions to a name server on loopback."""
import contextlib
import json
import pathlib
import subprocess
import time

from harness import OURS, Figure, Race

TITLE = "DNS"
PORT = "5354"
QUERY = ["@127.0.0.1", "-p", PORT, "example.test", "SOA"]
RACES = [
    Race("`dig`, one query", ["dig", *QUERY],
         [("dig", ["/usr/bin/dig", *QUERY], 0.15), ("kdig", ["/usr/bin/kdig", *QUERY], 0.40)], 100),
]
SOAK_RATE = 60_000  # queries per second on one socket
KNOT = """
server:
    rundir: "{0}"
    listen: 127.0.0.1@%s
database:
    storage: "{0}"
zone:
  - domain: example.test
    file: {0}/zone
    journal-content: none
""" % PORT


@contextlib.contextmanager
def surroundings(folder):
    pathlib.Path(folder, "zone").write_text("@ 60 SOA ns a 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.1\n")
    pathlib.Path(folder, "conf").write_text(KNOT.format(folder))
    server = subprocess.Popen(["/usr/sbin/knotd", "-c", folder / "conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while subprocess.run([OURS, "dig", *QUERY], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
            if server.poll() is not None:
                raise RuntimeError("knotd did not start")
            time.sleep(0.05)
        yield {}
    finally:
        server.kill()
        server.wait()


def figures(words):
    """The best of five runs of `dns --soak`."""
    command = [OURS, "dns", "--soak", "-n", "100000", "-c", "64", "-p", PORT, "--json", "example.test", "@127.0.0.1"]
    rates = [json.loads(subprocess.run(command, capture_output=True).stdout)["rate"] for _ in range(5)]
    missed = f"soak: {max(rates):.0f} queries a second, wanted {SOAK_RATE}" if max(rates) < SOAK_RATE else ""
    yield Figure("`dns --soak`", f"{max(rates):,.0f} queries/s", limit=f"{SOAK_RATE:,}", missed=missed)
