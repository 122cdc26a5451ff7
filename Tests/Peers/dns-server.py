"""A name server that lies: the first label of a name says how. Usage: dns-server.py PORT [LOG [cluster]]

Prints "ready" once it listens, on 127.0.0.1 UDP and TCP. Logs one line per query: transport, name and type.
With "cluster" it is honest, and knows a few names as a cluster's DNS does.
"""
import socket
import struct
import sys
import threading
import time

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

port = int(sys.argv[1])
log = open(sys.argv[2], "a", buffering=1) if len(sys.argv) > 2 else None
CLUSTER = {
    "kubernetes.default.svc.cluster.local.": {"A": "10.96.0.1"},
    "hostnames.default.svc.cluster.local.": {"A": "10.0.1.175"},
    "db.example.com.": {"A": "192.0.2.81"},
    "api.stripe.com.": {"A": "192.0.2.80", "AAAA": "2001:db8::80"},
} if "cluster" in sys.argv else None


def reply(query, *records, rcode=0, flags=0):
    message = dns.message.make_response(query, our_payload=1232)
    message.flags |= dns.flags.RA | flags
    message.set_rcode(rcode)
    for name, kind, value in records:
        message.answer.append(dns.rrset.from_text(name, 60, "IN", kind, value))
    return message


def name_of(query):
    return query.question[0].name.to_text()


def raw(query, answers, count=1, counts=None, flags=0x8180):
    """A response with the bytes `answers` behind the question."""
    question = query.question[0]
    header = struct.pack("!6H", query.id, flags, *(counts or (1, count, 0, 0)))
    return header + question.name.to_wire() + struct.pack("!2H", question.rdtype, 1) + answers


def options(query, *items):
    message = reply(query, (name_of(query), "A", "192.0.2.1"))
    message.use_edns(0, 0, 1232, options=[dns.edns.GenericOption(code, data) for code, data in items])
    return message.to_wire()


A = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"
ALL_OPTIONS = [
    (3, b"server-1"), (8, b"\x00\x01\x18\x10\xc0\x00\x02"), (9, struct.pack("!I", 3600)), (11, struct.pack("!H", 65)),
    (12, bytes(12)), (15, struct.pack("!H", 22) + b"no way \x1b[31m"), (15, struct.pack("!H", 3)),
    (15, struct.pack("!H", 60000)), (14, struct.pack("!2H", 19036, 20326)), (5, b"\x08\x0d"), (65001, b"hi\x00"),
]
LABELS = {
    "ok": lambda q: reply(q, (name_of(q), "A", "192.0.2.1")),
    "race": lambda q: reply(q),
    "no6": lambda q: reply(q),
    "badid": lambda q: struct.pack("!H", (q.id + 1) & 0xFFFF) + reply(q, (name_of(q), "A", "192.0.2.1")).to_wire()[2:],
    "badquestion": lambda q: reply(lie(q)),
    "short": lambda q: struct.pack("!H", q.id) + b"\x81\x80",
    "query": lambda q: q.to_wire(),
    "empty": lambda q: b"",
    "loop": lambda q: raw(q, b"\xc0\x1d\x00\x01"),
    "forward": lambda q: raw(q, b"\xc0\xff" + A[2:]),
    "self": lambda q: raw(q, pointer_to_itself(q) + A[2:]),
    "label": lambda q: raw(q, b"\x80" + A[2:]),
    "header": lambda q: raw(q, b"\xc0\x00" + A[2:]),
    "rdlength": lambda q: raw(q, A[:10] + b"\x00\x08" + A[12:]),
    "rdshort": lambda q: raw(q, A[:10] + b"\x00\x03" + A[12:15]),
    "rdlong": lambda q: raw(q, A[:10] + b"\x00\x05" + A[12:] + b"\x00"),
    "count": lambda q: raw(q, A, count=9),
    "half": lambda q: raw(q, A[:9]),
    "trailing": lambda q: raw(q, A + b"trailing"),
    "tc": lambda q: raw(q, b"", count=0, flags=0x8380),
    "badvers": lambda q: badvers(q),
    "formerr": lambda q: struct.pack("!6H", q.id, 0x8181, 0, 0, 0, 0) if q.edns >= 0 else reply(q, (name_of(q), "A", "192.0.2.1")),
    "servfail": lambda q: reply(q, rcode=dns.rcode.SERVFAIL),
    "refused": lambda q: reply(q, rcode=dns.rcode.REFUSED),
    "notimp": lambda q: reply(q, rcode=dns.rcode.NOTIMP),
    "nx": lambda q: reply(q, rcode=dns.rcode.NXDOMAIN),
    "nodata": lambda q: reply(q),
    "never": lambda q: None,
    "cname": lambda q: reply(q, *[(f"{i}.cname.test." if i else name_of(q), "CNAME", f"{i + 1}.cname.test.") for i in range(30)]),
    "circle": lambda q: reply(q, (name_of(q), "CNAME", "b.circle.test."), ("b.circle.test.", "CNAME", name_of(q))),
    "control": lambda q: reply(q, (name_of(q), "TXT", '"\\027[31m\\007 \\000 \\255"'), (name_of(q), "CNAME", "\\027]0;x\\007.evil.test.")),
    "options": lambda q: options(q, *ALL_OPTIONS),
    "badoption": lambda q: raw(q, A + b"\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x06\x00\x03\x00\x09ab", counts=(1, 1, 0, 1)),
    "badsubnet": lambda q: options(q, (8, b"\x00\x09\x01"), (10, b"abc"), (15, b"\x00")),
    "nsec3": lambda q: reply(q, (name_of(q), "NSEC3", "1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG"),
                             (name_of(q), "NSEC3", "1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s")),
    "mixed": lambda q: mixed(q),
    "badcookie": lambda q: reply(q, rcode=23),
}


def lie(query):
    other = dns.message.make_query("other.test.", "A", id=query.id)
    return other


def pointer_to_itself(query):
    place = 12 + len(query.question[0].name.to_wire()) + 4
    return struct.pack("!H", 0xC000 | place)


def badvers(query):
    message = dns.message.make_response(query)
    message.use_edns(0, 0, 1232)
    message.set_rcode(dns.rcode.BADVERS)
    return message


def mixed(query):
    message = reply(query, (name_of(query), "A", "192.0.2.1"))
    message.authority.append(dns.rrset.from_text("test.", 60, "IN", "SOA", "a.test. b.test. 1 2 3 4 5"))
    message.additional.append(dns.rrset.from_text("ns.test.", 60, "IN", "A", "192.0.2.53"))
    return message


def clustered(query):
    name, kind = name_of(query), dns.rdatatype.to_text(query.question[0].rdtype)
    known = CLUSTER.get(name.lower())
    if known is None:
        return reply(query, rcode=dns.rcode.NXDOMAIN)
    flags = dns.flags.AA if name.lower().endswith(".cluster.local.") else 0
    return reply(query, *([(name, kind, known[kind])] if kind in known else []), flags=flags)


last, seen = None, set()


def races(query, peer):
    """Whether the query goes lost: the second of a flow, as in the race of conntrack; when sent again it does not.

    A flow's queries follow each other; an address that comes back later is a new flow, as ports are used again.
    """
    global last
    again, last = last, (peer, query.id)
    if again is None or again[0] != peer or again == last or last in seen:
        return False
    seen.add(last)
    return True


def answer(wire, transport, peer=None):
    query = dns.message.from_wire(wire)
    if log:
        log.write(f"{transport} {name_of(query)} {dns.rdatatype.to_text(query.question[0].rdtype)}\n")
    if CLUSTER is not None:
        return clustered(query).to_wire()
    label = query.question[0].name.labels[0].decode("latin-1").lower()
    if label == "race" and races(query, peer) or label == "no6" and query.question[0].rdtype == 28:
        return None
    made = LABELS.get(label, LABELS["ok"])(query)
    return made if made is None or isinstance(made, bytes) else made.to_wire(max_size=65535)


def serve_udp():
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))
    while True:
        wire, peer = udp.recvfrom(65535)
        try:
            made = answer(wire, "udp", peer)
        except Exception as error:  # a query nobody should send
            print("server:", error, file=sys.stderr, flush=True)
            continue
        if made is not None:
            udp.sendto(made, peer)


def read_exactly(stream, count):
    data = b""
    while len(data) < count:
        piece = stream.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def big(query):
    made = reply(query)
    texts = " ".join(f'"{"x" * 250}"' for _ in range(200))
    made.answer.append(dns.rrset.from_text(name_of(query), 60, "IN", "TXT", texts))
    return made.to_wire(max_size=65535)


def serve_stream(stream):
    try:
        while True:
            wire = read_exactly(stream, struct.unpack("!H", read_exactly(stream, 2))[0])
            query = dns.message.from_wire(wire)
            label = query.question[0].name.labels[0].decode("latin-1").lower()
            if label == "tc":
                made = reply(query, (name_of(query), "A", "192.0.2.7")).to_wire()
            elif label in ("big", "split"):
                made = big(query) if label == "big" else reply(query, (name_of(query), "A", "192.0.2.8")).to_wire()
            else:
                made = answer(wire, "tcp")
            if made is None:
                time.sleep(60)
                return
            framed = struct.pack("!H", len(made)) + made
            if label == "trickle":
                for index in range(len(framed)):
                    stream.sendall(framed[index:index + 1])
                    time.sleep(1)
            elif label == "split":
                for index in range(len(framed)):
                    stream.sendall(framed[index:index + 1])
                    time.sleep(0.001)
            elif label == "cut":
                stream.sendall(framed[:-3])
                return
            else:
                stream.sendall(framed)
    except (EOFError, OSError):
        pass
    finally:
        stream.close()


def serve_tcp():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    while True:
        stream, _ = listener.accept()
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve_stream, args=(stream,), daemon=True).start()


if __name__ == "__main__":
    threading.Thread(target=serve_tcp, daemon=True).start()
    time.sleep(0.1)
    print("ready", flush=True)
    serve_udp()
