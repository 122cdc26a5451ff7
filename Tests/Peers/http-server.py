#!/usr/bin/python3
"""A scripted HTTP server for Tests/Peers/http: what honest servers do, and what nobody should.

Usage: http-server.py PORT PROXY-PORT SOCKS-PORT. Prints "ready". The path says what happens; /echo shows the request.
"""
import gzip
import socket
import struct
import sys
import threading
import time
import zlib

counts = {}
meetings = {}
crowd = [0, 0]
lock = threading.Lock()


def count(key):
    with lock:
        counts[key] = counts.get(key, 0) + 1
        return counts[key]


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.file = sock.makefile("rb")

    def send(self, *pieces):
        self.sock.sendall(b"".join(pieces))

    def head(self):
        lines = []
        while True:
            line = self.file.readline(65537)
            if not line:
                return None
            if line in (b"\r\n", b"\n"):
                return lines
            lines.append(line.rstrip(b"\r\n"))

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.file.close()
        self.sock.close()


def fields_of(lines):
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        fields[name.strip().lower()] = value.strip()
    return fields


def body_of(connection, fields):
    if fields.get(b"expect", b"").lower() == b"100-continue":
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        body = b""
        while True:
            size = int(connection.file.readline().split(b";")[0], 16)
            body += connection.file.read(size)
            connection.file.readline()
            if size == 0:
                return body
    return connection.file.read(int(fields.get(b"content-length", b"0")))


def answer(connection, status, body=b"", *fields, head=False):
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *fields]
    connection.send(b"\r\n".join(lines), b"\r\n\r\n", b"" if head else body)


def chunks(*pieces, trailer=b""):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n" + trailer + b"\r\n"


OK = b"HTTP/1.1 200 OK\r\n"
# What is sent before the connection ends.
BROKEN = {
    b"/no-reply": b"",
    b"/short": OK + b"Content-Length: 100\r\n\r\nhello",
    b"/short-chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n40\r\nx",
    b"/bad-chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    b"/bad-length": OK + b"Content-Length: -5\r\n\r\nhello",
    b"/http09": b"hello\n",
    b"/nul": OK + b"X-Nul: a\0b\r\nContent-Length: 0\r\n\r\n",
    b"/long-header": OK + b"X-Long: " + b"x" * 400000 + b"\r\nContent-Length: 0\r\n\r\n",
    b"/bad-gzip": OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    b"/until-close": OK + b"Content-Type: text/plain\r\n\r\nhello until the end\n",
    b"/http10": b"HTTP/1.0 200 OK\r\n\r\nhello\n",
}


def hostile(connection, path):
    """What breaks the connection; answers whether it was one of these."""
    send = connection.send
    if path in BROKEN:
        send(BROKEN[path])
    elif path == b"/reset":
        connection.reset()
    elif path == b"/endless-headers":
        send(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                send(b"X-More: " + b"x" * 1000 + b"\r\n")
        except OSError:
            pass
    elif path == b"/bomb":
        send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        zeros = bytes(1 << 20)
        try:
            for _ in range(600):
                send(packer.compress(zeros))
        except OSError:
            pass
    elif path == b"/never":
        time.sleep(30)
    elif path == b"/trickle":
        send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            for _ in range(100):
                send(b"x")
                time.sleep(0.2)
        except OSError:
            pass
    else:
        return False
    return True


def serve(sock):
    connection = Connection(sock)
    try:
        while True:
            lines = connection.head()
            if not lines:
                return
            method, target, *_ = lines[0].split(b" ")
            if target.startswith(b"http://"):
                target = b"/" + target.split(b"/", 3)[3]
            path = target.split(b"?")[0]
            if hostile(connection, path):
                return
            if not honest(connection, method, target, path, lines):
                return
    except (OSError, ValueError):
        pass
    finally:
        try:
            connection.file.close()
            sock.close()
        except OSError:
            pass


def honest(connection, method, target, path, lines):
    fields = fields_of(lines)
    head = method == b"HEAD"
    if path == b"/early":
        connection.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 6\r\nConnection: close\r\n\r\nlarge\n")
        time.sleep(0.3)
        return False
    body = body_of(connection, fields)
    if path == b"/echo":
        answer(connection, b"200 OK", b"\n".join(lines) + b"\n\n" + body, b"Content-Type: text/plain", head=head)
    elif path.startswith(b"/status/"):
        answer(connection, path[8:] + b" Said So", b"body of " + path[8:] + b"\n", head=head)
    elif path.startswith(b"/redirect/"):
        left = int(path[10:])
        where = b"/echo" if left <= 1 else b"/redirect/%d" % (left - 1)
        answer(connection, b"302 Found", b"moved\n", b"Location: " + where, head=head)
    elif path.startswith(b"/moved/"):
        answer(connection, path[7:] + b" Moved", b"", b"Location: /echo?from=" + path[7:])
    elif path == b"/loop":
        answer(connection, b"302 Found", b"", b"Location: /loop")
    elif path == b"/elsewhere":
        answer(connection, b"302 Found", b"", b"Location: http://localhost:8001/echo")
    elif path == b"/odd-location":
        answer(connection, b"302 Found", b"", b"Location: a b/../echo?x=a b")
    elif path == b"/chunked":
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunks(b"hello ", b"in ", b"chunks\n"))
    elif path == b"/trailer":
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n",
                        chunks(b"hello\n", trailer=b"X-Sum: 5\r\n"))
    elif path == b"/gzip":
        answer(connection, b"200 OK", gzip.compress(b"hello gzip\n" * 1000, mtime=0), b"Content-Encoding: gzip")
    elif path == b"/deflate":
        answer(connection, b"200 OK", zlib.compress(b"hello deflate\n" * 1000), b"Content-Encoding: deflate")
    elif path == b"/raw-deflate":
        packer = zlib.compressobj(wbits=-15)
        answer(connection, b"200 OK", packer.compress(b"hello raw\n" * 1000) + packer.flush(),
               b"Content-Encoding: deflate")
    elif path == b"/brotli":
        answer(connection, b"200 OK", b"??", b"Content-Encoding: br-unknown")
    elif path == b"/cookies":
        answer(connection, b"200 OK", fields.get(b"cookie", b"none") + b"\n", b"Set-Cookie: a=1; Path=/",
               b"Set-Cookie: deep=2; Path=/deep", b"Set-Cookie: gone=3; Max-Age=0",
               b"Set-Cookie: far=4; Domain=example.com", b"Set-Cookie: kept=5; Max-Age=100000; HttpOnly")
    elif path == b"/control":
        answer(connection, b"200 OK", b"ok\n", b"X-Escape: \x1b[31mred\x1b[0m\x07")
    elif path == b"/folded":
        connection.send(b"HTTP/1.1 200 OK\r\nX-Long: one\r\n  two\r\nContent-Length: 3\r\n\r\nok\n")
    elif path == b"/lf-only":
        connection.send(b"HTTP/1.1 200 OK\nContent-Length: 3\n\nok\n")
    elif path == b"/named":
        answer(connection, b"200 OK", b"named\n", b'Content-Disposition: attachment; filename="../chosen.txt"',
               b"Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT")
    elif path == b"/retry":
        if count(target) < 3:
            answer(connection, b"503 Busy", b"busy\n")
        else:
            answer(connection, b"200 OK", b"at last\n")
    elif path == b"/early-hints":
        connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        answer(connection, b"200 OK", b"ok\n")
    elif path.startswith(b"/meet/"):
        # Answered when so many ask at the same time, and never one by one.
        size = int(path[6:])
        with lock:
            meeting = meetings.setdefault(size, threading.Barrier(size))
        try:
            meeting.wait(5)
            answer(connection, b"200 OK", b"met\n", b"Set-Cookie: met%s=1; Max-Age=1000; Path=/" % target[-1:])
        except threading.BrokenBarrierError:
            answer(connection, b"504 Alone", b"alone\n")
    elif path == b"/crowd":
        with lock:
            crowd[0] += 1
            crowd[1] = max(crowd)
        time.sleep(0.05)
        # Before the answer: who has it may ask again at once.
        with lock:
            crowd[0] -= 1
        answer(connection, b"200 OK", b"at most %d\n" % crowd[1])
    elif path == b"/no-content":
        connection.send(b"HTTP/1.1 204 No Content\r\n\r\n")
    else:
        answer(connection, b"200 OK", b"hello " + path + b"\n", b"Content-Type: text/html", head=head)
    return b"close" not in fields.get(b"connection", b"").lower()


def relay(one, other):
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
    thread = threading.Thread(target=pump, args=(one, other), daemon=True)
    thread.start()
    pump(other, one)
    thread.join(5)
    one.close()
    other.close()


def proxy(sock):
    """CONNECT to anywhere on this host; a login is wanted for the name `secret`. Plain requests are served here."""
    connection = Connection(sock)
    first = sock.recv(8, socket.MSG_PEEK)
    if not first.startswith(b"CONNECT"):
        return serve(sock)
    lines = connection.head()
    host, _, port = lines[0].split(b" ")[1].rpartition(b":")
    if host == b"secret" and b"proxy-authorization" not in fields_of(lines):
        return answer(connection, b"407 Who?", b"", b"Proxy-Authenticate: Basic realm=\"x\"")
    if host == b"forbidden":
        return answer(connection, b"403 No", b"")
    connection.send(b"HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n")
    relay(sock, socket.create_connection(("127.0.0.1", int(port))))


def socks(sock):
    """SOCKS 5 with and without login (user:word), and SOCKS 4 and 4a."""
    version = sock.recv(1)
    if version == b"\x04":
        rest = sock.recv(4096)
        port = struct.unpack(">H", rest[1:3])[0]
        sock.sendall(b"\0\x5a" + bytes(6))
        return relay(sock, socket.create_connection(("127.0.0.1", port)))
    methods = sock.recv(sock.recv(1)[0])
    if 2 in methods:
        sock.sendall(b"\x05\x02")
        login = sock.recv(4096)
        good = login == b"\x01\x04user\x04word"
        sock.sendall(b"\x01" + (b"\0" if good else b"\x01"))
        if not good:
            return sock.close()
    else:
        sock.sendall(b"\x05\0")
    request = sock.recv(4096)
    port = struct.unpack(">H", request[-2:])[0]
    if port == 1:
        return sock.sendall(b"\x05\x05\0\x01" + bytes(6))
    sock.sendall(b"\x05\0\0\x01" + bytes(6))
    relay(sock, socket.create_connection(("127.0.0.1", port)))


def listen(port, handle):
    server = socket.create_server(("127.0.0.1", port), reuse_port=True, backlog=64)

    def guarded(sock):
        try:
            handle(sock)
        except (OSError, ValueError, IndexError):
            sock.close()

    while True:
        sock, _ = server.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=guarded, args=(sock,), daemon=True).start()


threads = [threading.Thread(target=listen, args=(int(port), handle))
           for port, handle in zip(sys.argv[1:], (serve, proxy, socks))]
for thread in threads:
    thread.start()
time.sleep(0.2)
print("ready", flush=True)
