"""The tools of .NET on a .NET 10 program, see scripts/setup dotnet."""
import contextlib
import pathlib
import subprocess
import sys
import time

from harness import OURS, Figure, project

sys.dont_write_bytecode = True
sys.path.insert(0, str(project / "Tests/Peers"))
import nettrace  # noqa: E402

TITLE = ".NET"
RACES = []
PROGRAM = project / ".build/dotnet/net10/msmcp_azure/bin/azmcp"
STACK_LIMIT = 0.6  # seconds
TRACE = 512  # MB
READ_LIMIT = 200  # MB/s
MEMORY_LIMIT = 64  # MB


@contextlib.contextmanager
def surroundings(folder):
    subprocess.run([project / "scripts/setup", "dotnet"], check=True)
    program = subprocess.Popen([PROGRAM, "server", "start"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while "yes" not in subprocess.run([OURS, "dotnet-ps"], capture_output=True, text=True).stdout:
            if program.poll() is not None:
                raise RuntimeError("the program did not start")
            time.sleep(0.2)
        yield {"PID": program.pid, "FOLDER": folder}
    finally:
        program.kill()
        program.wait()


def figures(words):
    """The best of five reports of all threads' stacks, symbols included; then a long trace."""
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([OURS, "dotnet-stack", "report", "-p", str(words["PID"])], stdout=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - start)
    missed = f"dotnet-stack: {min(seconds):.2f} s, limit {STACK_LIMIT} s" if min(seconds) > STACK_LIMIT else ""
    yield Figure("`dotnet-stack report`, .NET 10", f"{min(seconds) * 1000:.0f} ms", limit=f"{STACK_LIMIT * 1000:.0f} ms", missed=missed)
    yield from reading(words["PID"], pathlib.Path(words["FOLDER"]))


def reading(pid, folder):
    """A trace of samples, half a gigabyte long: the best of three."""
    short, long, result = folder / "short.nettrace", folder / "long.nettrace", folder / "converted"
    subprocess.run([OURS, "dotnet-trace", "collect", "-p", str(pid), "--duration", "5s", "-o", short],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    size = lengthen(short, long)
    kinds = [("report FILE topN", ["report", long, "topN"], READ_LIMIT),
             ("convert --format collapsed", ["convert", long, "--format", "collapsed", "-o", result], READ_LIMIT),
             ("convert --format speedscope", ["convert", long, "--format", "speedscope", "-o", result], 0)]
    for title, command, limit in kinds:
        best, memory = min(measured(command) for _ in range(3))
        speed = size / best / 1e6
        complaints = [f"{speed:.0f} MB/s, limit {limit} MB/s"] if speed < limit else []
        complaints += [f"{memory:.0f} MB of memory, limit {MEMORY_LIMIT} MB"] if memory > MEMORY_LIMIT else []
        yield Figure(f"`dotnet-trace {title}`, {size / 1e6:.0f} MB", f"{best:.2f} s, {speed:.0f} MB/s",
                     limit=f"{limit} MB/s" if limit else "", memory=f"{memory:.0f} MB",
                     missed=f"dotnet-trace {title}: {', '.join(complaints)}" if complaints else "")


def measured(command):
    """Seconds, and the peak of memory in MB."""
    result = subprocess.run(["/usr/bin/time", "-f", "%e %M", OURS, "dotnet-trace", *command], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True, check=True)
    seconds, kilobytes = result.stderr.splitlines()[-1].split()
    return float(seconds), int(kilobytes) / 1024


def lengthen(short, long):
    """Repeats what a trace has of events, up to TRACE MB; what names the methods stands once at the end, as it was."""
    data = short.read_bytes()
    blocks = list(nettrace.blocks(data))
    metadata = [block for block in blocks if block[0] == "MetadataBlock"]
    kinds = dict(kind for _, content in metadata for kind in nettrace.described(content))
    rundown = lambda content: kinds[next(nettrace.blobs(content))[0]][0].endswith("Rundown")
    tail = [block for block in blocks if block[0] == "EventBlock" and rundown(block[1])]
    body = [block for block in blocks[1:] if block[0] != "MetadataBlock" and block not in tail]
    with open(long, "wb") as file:
        file.write(data[:32])
        write(file, [blocks[0], *metadata])
        while file.tell() < TRACE * 1_000_000:
            write(file, body)
        write(file, tail)
        file.write(b"\1")
        return file.tell()


def write(file, blocks):
    for name, content in blocks:
        version = (4 if name == "Trace" else 2).to_bytes(4, "little")
        file.write(b"\5\5\1" + version * 2 + len(name).to_bytes(4, "little") + name.encode() + b"\6")
        if name != "Trace":
            file.write(len(content).to_bytes(4, "little"))
            file.write(b"\0" * (-file.tell() % 4))
        file.write(content + b"\6")
