"""The tools of .NET on a .NET 10 program, see scripts/setup dotnet."""
import contextlib
import subprocess
import time

from harness import OURS, Figure, project

TITLE = ".NET"
RACES = []
PROGRAM = project / ".build/dotnet/net10/msmcp_azure/bin/azmcp"
STACK_LIMIT = 0.6  # seconds


@contextlib.contextmanager
def surroundings(folder):
    subprocess.run([project / "scripts/setup", "dotnet"], check=True)
    program = subprocess.Popen([PROGRAM, "server", "start"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while "yes" not in subprocess.run([OURS, "dotnet-ps"], capture_output=True, text=True).stdout:
            if program.poll() is not None:
                raise RuntimeError("the program did not start")
            time.sleep(0.2)
        yield {"PID": program.pid}
    finally:
        program.kill()
        program.wait()


def figures(words):
    """The best of five reports of all threads' stacks, symbols included."""
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([OURS, "dotnet-stack", "report", "-p", str(words["PID"])], stdout=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - start)
    missed = f"dotnet-stack: {min(seconds):.2f} s, limit {STACK_LIMIT} s" if min(seconds) > STACK_LIMIT else ""
    yield Figure("`dotnet-stack report`, .NET 10", f"{min(seconds) * 1000:.0f} ms", limit=f"{STACK_LIMIT * 1000:.0f} ms", missed=missed)
