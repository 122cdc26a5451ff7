"""The JDK's tools and jattach, on ten idle JVMs."""
import contextlib
import subprocess

from harness import Race, project

TITLE = "JVM"
RACES = [
    Race("`jcmd PID Thread.print`", ["jcmd", "PID", "Thread.print"],
         [("JDK 17", ["/usr/bin/jcmd", "PID", "Thread.print"], 0.05), ("jattach", ["/usr/bin/jattach", "PID", "threaddump"], 1.1)]),
    Race("`jps`, 10 JVMs", ["jps"], [("JDK 17", ["/usr/bin/jps"], 0.02)]),
    Race("`jstat -gcutil PID`", ["jstat", "-gcutil", "PID"], [("JDK 17", ["/usr/bin/jstat", "-gcutil", "PID"], 0.02)]),
]


@contextlib.contextmanager
def surroundings(folder):
    subprocess.run(["javac", "-d", folder, project / "Tests/Pods/jvm/Workload.java"], check=True)
    line = ["java", "-Xmx16m", "-XX:+UseSerialGC", "-cp", folder, "Workload", "idle"]
    javas = [subprocess.Popen(line, stdout=subprocess.PIPE) for _ in range(10)]
    try:
        for java in javas:
            java.stdout.readline()
        yield {"PID": javas[0].pid}
    finally:
        for java in javas:
            java.kill()
            java.wait()
