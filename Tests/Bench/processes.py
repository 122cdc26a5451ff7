"""Start-up, and the tools of processes."""
from harness import BUSYBOX, Race

TITLE = "Processes"
RACES = [
    Race("`ps aux`, 2,000 processes", ["ps", "aux"],
         [("procps", ["/bin/ps", "aux"], 0.40), ("busybox `ps`", [BUSYBOX, "ps"], 1.0)], 25, 2000),
    Race("`ps -eo pid,comm`, 2,000 processes", ["ps", "-eo", "pid,comm"],
         [("busybox", [BUSYBOX, "ps", "-o", "pid,comm"], 1.05)], 25, 2000),
    Race("`pgrep NAME`, 2,000 processes", ["pgrep", "sleeper-77"],
         [("procps", ["/usr/bin/pgrep", "sleeper-77"], 0.15)], 25, 2000),
    Race("`ps aux`, 50 processes", ["ps", "aux"],
         [("busybox `ps`", [BUSYBOX, "ps"], 1.1), ("procps", ["/bin/ps", "aux"], None)], 300, 46),
    Race("`true`", ["true"], [("busybox", [BUSYBOX, "true"], 1.1)], 1000),
]
