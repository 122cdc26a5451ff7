"""Probes and downloads on loopback."""
import contextlib
import subprocess
import sys
import time

from harness import BUSYBOX, OURS, Race

TITLE = "Network"
PLAIN, SECURE, CLOSING = "8080", "8443", "9000"
SOCKETS = 9000  # connections; each has two ends
URL, SECURE_URL = f"http://127.0.0.1:{PLAIN}", f"https://localhost:{SECURE}"


def curl(title, limit, *arguments, runs=30):
    line = ["-s", "-o", "/dev/null", "--cacert", "CERTIFICATE", *arguments]
    return Race(title, ["curl", *line], [("curl", ["/usr/bin/curl", *line], limit)], runs)


RACES = [
    Race("`ss -tan`, 18,000 sockets", ["ss", "-tan"], [("ss", ["/usr/bin/ss", "-tan"], 0.6)], 20),
    Race("`nc -z`", ["nc", "-z", "127.0.0.1", CLOSING],
         [("busybox `nc`", [BUSYBOX, "nc", "127.0.0.1", CLOSING], 1.0)], 200),
    curl("`curl http://`, one-shot", 0.25, URL + "/small", runs=100),
    curl("`curl https://`, one-shot", 0.35, SECURE_URL + "/small", runs=100),
    curl("`curl http://`, 1 GB", 1.0, URL + "/large", runs=5),
    curl("`curl https://`, 1 GB", 1.0, SECURE_URL + "/large", runs=5),
]

NGINX = """
daemon off;
pid {0}/pid;
error_log {0}/error;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
  access_log off;
  sendfile on;
  server {{ listen 127.0.0.1:%s; root {0}/files; }}
  server {{
    listen 127.0.0.1:%s ssl;
    ssl_certificate {0}/certificate.pem;
    ssl_certificate_key {0}/key.pem;
    root {0}/files;
  }}
}}
""" % (PLAIN, SECURE)

# Closes what it accepts at PORT.
CLOSER = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
print("ready", flush=True)
while True:
    server.accept()[0].close()
"""

# Keeps COUNT connections to itself open.
HOLDER = """
import resource, socket, sys
count = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (2 * count + 64, 2 * count + 64))
server = socket.create_server(("127.0.0.1", 0), backlog=1024)
ends = []
for _ in range(count):
    ends += [socket.create_connection(server.getsockname()), server.accept()[0]]
print("ready", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def surroundings(folder):
    (folder / "files").mkdir(exist_ok=True)
    (folder / "files/small").write_text("hello\n")
    with open(folder / "files/large", "w") as large:
        large.truncate(1 << 30)
    certificate = folder / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", certificate],
                   check=True, stderr=subprocess.DEVNULL)
    (folder / "conf").write_text(NGINX.format(folder))
    servers = [subprocess.Popen(["/usr/sbin/nginx", "-e", folder / "error", "-c", folder / "conf"])]
    for program, argument in ((CLOSER, CLOSING), (HOLDER, str(SOCKETS))):
        line = [sys.executable, "-c", program, argument]
        servers.append(subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
    try:
        for server in servers[1:]:
            if server.stdout.readline() != b"ready\n":
                raise RuntimeError("a server did not start")
        while subprocess.run([OURS, "nc", "-z", "127.0.0.1", SECURE], stderr=subprocess.DEVNULL).returncode != 0:
            if servers[0].poll() is not None:
                raise RuntimeError("nginx did not start")
            time.sleep(0.05)
        yield {"CERTIFICATE": certificate}
    finally:
        for server in servers:
            server.terminate()
            server.wait()
