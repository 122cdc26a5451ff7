#!/usr/bin/python3
"""Writes the captures that Tests/Peers/tcpdump reads. Usage: tcpdump-captures.py FOLDER"""
import ipaddress
import os
import random
import struct
import sys

folder = sys.argv[1]
MAC_A = bytes.fromhex("020000000001")
MAC_B = bytes.fromhex("0200000000fe")
A, B = "10.1.2.3", "192.0.2.80"
A6, B6 = "2001:db8::3", "2001:db8:1::80"


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def addr(text):
    return ipaddress.ip_address(text).packed


def ip(protocol, payload, source=A, target=B, ttl=64, identity=4660, flags=0x4000, tos=0, options=b"", length=None):
    total = 20 + len(options) + len(payload) if length is None else length
    head = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, tos, total, identity, flags, ttl, protocol, 0)
    head += addr(source) + addr(target) + options
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def ip6(following, payload, source=A6, target=B6, hops=64, flow=0, traffic=0, length=None):
    return struct.pack(">IHBB", 6 << 28 | traffic << 20 | flow, len(payload) if length is None else length,
                       following, hops) + addr(source) + addr(target) + payload


def pseudo(protocol, payload, source, target):
    a, b = addr(source), addr(target)
    return a + b + (struct.pack(">BBH", 0, protocol, len(payload)) if len(a) == 4
                    else struct.pack(">IHBB", len(payload), 0, 0, protocol))


def tcp(sport, dport, seq, ack, flags, payload=b"", window=502, options=b"", urgent=0, source=A, target=B, bad=False):
    head = struct.pack(">HHIIHHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                       (5 + len(options) // 4) << 12 | flags, window, 0, urgent)
    body = head + options + payload
    value = checksum(pseudo(6, body, source, target) + body) ^ (0x1111 if bad else 0)
    return body[:16] + struct.pack(">H", value) + body[18:]


def udp(sport, dport, payload, source=A, target=B, length=None, sum_=None):
    body = struct.pack(">HHHH", sport, dport, 8 + len(payload) if length is None else length, 0) + payload
    value = checksum(pseudo(17, body, source, target) + body) or 0xFFFF
    return body[:6] + struct.pack(">H", value if sum_ is None else sum_) + body[8:]


def icmp(kind, code, rest, bad=False):
    body = struct.pack(">BBH", kind, code, 0) + rest
    return body[:2] + struct.pack(">H", checksum(body) ^ (1 if bad else 0)) + body[4:]


def icmp6(kind, code, rest, source=A6, target=B6):
    body = struct.pack(">BBH", kind, code, 0) + rest
    return body[:2] + struct.pack(">H", checksum(pseudo(58, body, source, target) + body)) + body[4:]


def eth(kind, payload, source=MAC_A, target=MAC_B):
    return target + source + struct.pack(">H", kind) + payload


def eip(*args, **keys):
    return eth(0x0800, ip(*args, **keys))


def eip6(*args, **keys):
    return eth(0x86DD, ip6(*args, **keys))


def pcap(name, packets, link=1, magic=0xA1B2C3D4, order="<", snap=262144, cut=None, step=1234):
    nano = magic == 0xA1B23C4D
    with open(os.path.join(folder, name), "wb") as out:
        out.write(struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link))
        time = 1700000000 * 1000000 + 120
        for number, packet in enumerate(packets):
            seen = packet if cut is None else packet[:cut]
            fraction = time % 1000000
            out.write(struct.pack(order + "IIII", time // 1000000, fraction * 1000 + 7 if nano else fraction,
                                  len(seen), len(packet)))
            out.write(seen)
            time += step * (number + 1) ** 3


def block(kind, body, order="<"):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def pcapng(name, packets, link=1, order="<", resolution=None):
    options = b""
    if resolution is not None:
        options = struct.pack(order + "HHB3xHH", 9, 1, resolution, 0, 0)
    with open(os.path.join(folder, name), "wb") as out:
        out.write(block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order))
        out.write(block(1, struct.pack(order + "HHI", link, 0, 65535) + options, order))
        out.write(block(0x0BAD, b"something private", order))
        unit = 10 ** 6 if resolution is None else (2 ** (resolution & 127) if resolution & 128 else 10 ** resolution)
        for number, packet in enumerate(packets):
            time = 1700000000 * unit + number * unit // 3
            out.write(block(6, struct.pack(order + "IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(packet),
                                           len(packet)) + packet, order))
        out.write(block(3, struct.pack(order + "I", len(packets[0])) + packets[0], order))


# TCP
SYN, ACK, PSH, FIN, RST, URG, ECE, CWR = 2, 16, 8, 1, 4, 32, 64, 128
stamp = lambda a, b: b"\1\1\x08\x0a" + struct.pack(">II", a, b)
syn_options = b"\x02\x04\x05\xb4\x04\x02\x08\x0a" + struct.pack(">II", 100, 0) + b"\1\3\3\7"
get = b"GET /index.html?x=1 HTTP/1.1\r\nHost: example.com\r\nUser-Agent: test/1.0\r\n\r\n"
answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello"


def flow(port, client=40000):
    def c(seq, ack, flags, payload=b"", **keys):
        return eip(6, tcp(client, port, 1000 + seq, 5000 + ack if flags & ACK else 0, flags, payload, **keys))

    def s(seq, ack, flags, payload=b"", **keys):
        return eip(6, tcp(port, client, 5000 + seq, 1000 + ack, flags, payload, source=B, target=A, **keys),
                   source=B, target=A, ttl=57, identity=0)
    return c, s


c, s = flow(80)
tcp_packets = [
    c(0, 0, SYN, options=syn_options, window=64240),
    s(0, 1, SYN | ACK, options=syn_options, window=65160),
    c(1, 1, ACK, options=stamp(101, 100)),
    c(1, 1, ACK | PSH, get, options=stamp(102, 100)),
    s(1, 1 + len(get), ACK, options=stamp(103, 102)),
    s(1, 1 + len(get), ACK | PSH, answer, options=stamp(104, 102)),
    c(1 + len(get), 1, ACK, options=b"\1\1\5\x0a" + struct.pack(">II", 5010, 5020)),
    c(1 + len(get), 1, ACK, options=b"\1\1\5\x12" + struct.pack(">IIII", 5010, 5020, 5030, 5040)),
    c(len(get), 1, ACK, b"\0"),
    c(1 + len(get), 1 + len(answer), FIN | ACK),
    s(1 + len(answer), 2 + len(get), FIN | ACK),
    c(2 + len(get), 2 + len(answer), ACK, bad=True),
]
c, s = flow(5432, 41000)
tcp_packets += [
    c(0, 0, SYN | ECE | CWR, options=b"\x02\x04\x05\xb4"),
    s(0, 1, RST | ACK, window=0),
    c(1, 1, ACK | URG, b"x", urgent=1),
    c(1, 1, 0), c(1, 1, FIN | PSH | URG | ACK | ECE | CWR), c(1, 1, RST), c(1, 1, RST, b"why not, said the firewall"),
    c(1, 1, SYN | FIN), c(1, 1, ACK | 0x100),
    c(5, 1, SYN, options=b"\x22\x0a" + b"cookieab" + b"\0\0"), c(5, 1, SYN, options=b"\x22\2\1\1"),
    c(5, 1, ACK, options=b"\x05\x09\1\1\1\1\1\1"), c(5, 1, ACK, options=b"\x1e\4\1\2"), c(5, 1, ACK, options=b"\xfd\4\xf9\x89"),
    c(5, 1, ACK, options=b"\x13\x12" + bytes(range(16)) + b"\1\1"), c(5, 1, ACK, options=b"\x08\x09\0\0"),
    c(5, 1, ACK, options=b"\x02\x04\x05"), c(5, 1, ACK, options=b"\3\3\x0e\0"), c(5, 1, ACK, options=b"\x1c\4\x80\x05"),
    eip(6, tcp(1, 2, 3, 4, ACK)[:12]), eip(6, tcp(1, 2, 3, 4, ACK)[:12] + b"\x20\x10" + tcp(1, 2, 3, 4, ACK)[14:]),
    eip(6, tcp(1, 2, 3, 4, ACK)[:12] + b"\xf0\x10" + tcp(1, 2, 3, 4, ACK)[14:]),
    eip6(6, tcp(40000, 443, 7, 0, SYN, source=A6, target=B6, options=syn_options)),
    eip6(6, tcp(443, 40000, 9, 8, SYN | ACK, source=B6, target=A6), source=B6, target=A6),
    eip6(6, tcp(40000, 443, 8, 10, ACK | PSH, b"abc", source=A6, target=B6)),
    eip6(6, tcp(40000, 8080, 8, 10, ACK | PSH, get, source=A6, target=B6)),
    eip(6, tcp(40001, 80, 8, 10, ACK | PSH, b"POST /form HTTP/1.0\r\nCon")),
    eip(6, tcp(40001, 80, 8, 10, ACK | PSH, b"\x01\x02binary\r\nmore")), eip(6, tcp(40001, 80, 8, 10, ACK | PSH, b"OPTIONS")),
    eip(6, tcp(40001, 3128, 8, 10, ACK | PSH, b"CONNECT example.com:443 HTTP/1.1\r\n\r\n")),
    eip(6, tcp(40001, 80, 8, 10, ACK | PSH, b"GET /\x1b[31m\xff\x80 HTTP/1.1\r\nX: \x07\r\n\r\n")),
]


# DNS
def name(text):
    return b"".join(bytes([len(part)]) + part.encode("latin-1") for part in text.split(".") if part) + b"\0"


def dns(identity, flags, questions, answers=(), authorities=(), additionals=()):
    body = struct.pack(">HHHHHH", identity, flags, len(questions), len(answers), len(authorities), len(additionals))
    for text, kind in questions:
        body += name(text) + struct.pack(">HH", kind, 1)
    for owner, kind, ttl, data in list(answers) + list(authorities) + list(additionals):
        body += owner + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data
    return body


POINT = b"\xc0\x0c"
opt = (b"\0", 41, 0, b"")
soa = name("ns.example.com") + name("admin.example.com") + struct.pack(">IIIII", 2024010101, 7200, 3600, 1209600, 300)
messages = [
    dns(12345, 0x0100, [("example.com", 1)]),
    dns(12345, 0x8180, [("example.com", 1)], [(POINT, 1, 300, addr(B)), (POINT, 1, 300, addr(A))]),
    dns(1, 0x0100, [("example.com", 28)], additionals=[opt]),
    dns(1, 0x8580, [("example.com", 28)], [(POINT, 28, 86400, addr(B6))]),
    dns(2, 0x8183, [("nope.example.com", 1)], authorities=[(b"\xc0\x11", 6, 3600, soa)]),
    dns(3, 0x8182, [("example.com", 15)]), dns(3, 0x8185, [("example.com", 15)]), dns(3, 0x0000, [("example.com", 15)]),
    dns(4, 0x8180, [("example.com", 15)], [(POINT, 15, 60, struct.pack(">H", 10) + name("mail.example.com"))]),
    dns(5, 0x8180, [("example.com", 16)], [(POINT, 16, 60, b"\x0bhello world\x03a\"b"), (POINT, 16, 60, b"\x05\x1b[31m")]),
    dns(6, 0x8180, [("_http._tcp.example.com", 33)], [(POINT, 33, 60, struct.pack(">HHH", 1, 2, 8080) + name("a.example.com"))]),
    dns(7, 0x8180, [("3.2.1.10.in-addr.arpa", 12)], [(POINT, 12, 60, name("host.example.com"))]),
    dns(8, 0x8180, [("www.example.com", 1)], [(POINT, 5, 60, name("a.example.net")), (b"\xc0\x2d", 1, 60, addr(B))]),
    dns(9, 0x8380, [("big.example.com", 255)]), dns(10, 0x81B0, [("x.example.com", 2)], [(POINT, 2, 60, name("ns1.example.com"))]),
    dns(11, 0x0100, [("example.com", 65)]), dns(11, 0x8180, [("example.com", 65)], [(POINT, 65, 60, b"\0\1\0\0\1\0\3\2h2")]),
    dns(12, 0x0120, [("example.com", 43)], additionals=[(b"\0", 41, 0x8000, b"")]), dns(13, 0x0110, [("example.com", 48)]),
    dns(14, 0x2800, [("example.com", 6)]), dns(15, 0x8180, []), dns(16, 0x0100, [("a.b", 1), ("c.d", 28)]),
    dns(17, 0x0100, [(".", 2)]), dns(18, 0x0100, [("spa ce\x07.ex\xe9mple", 1)]), dns(19, 0x2000, [("example.com", 6)]),
    dns(20, 0x8180, [("e.com", 257)], [(POINT, 257, 60, b"\0\5issueca.example")]), dns(21, 0x0100, [("e.com", 9999)]),
    dns(22, 0x8180, [("e.com", 35)], [(POINT, 35, 60, b"\0\1\0\2\1s\4http\0" + name("x.y"))]),
    dns(23, 0x8180, [("e.com", 39), ], [(POINT, 39, 60, name("f.com"))]), dns(24, 0x9400, [("e.com", 6)]), dns(25, 0x8181, []),
    dns(26, 0x0100, [("e.com", 1)])[:14], dns(27, 0x0100, [])[:10], dns(28, 0x8180, [("e.com", 1)], [(b"\xc0\x16", 1, 1, b"1234")]),
    struct.pack(">HHHHHH", 29, 0x0100, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1", struct.pack(">HHHHHH", 30, 0x0100, 1, 0, 0, 0) + b"\x50abc",
    dns(31, 0x8180, [("e.com", 13)], [(POINT, 13, 60, b"\3PC1\5Linux")]), dns(32, 0x0100, [("e.com", 252)]),
    dns(33, 0x8180, [("e.com", 46)], [(POINT, 46, 60, bytes(20))]), dns(34, 0x0000, [("_x._udp.local", 12)]),
    dns(35, 0x8180, [("e.com", 1)], [(POINT, 1, 60, b"\1\2\3")]), dns(36, 0x0100, [("e.com", 1)]) + b"trailing",
    dns(37, 0x8180, [("e.com", 1)], [(POINT, 1, 0, addr(A))], [(POINT, 2, 0, name("ns.e.com"))], [opt]),
    dns(38, 0x0100, [("e.com", 64)]), dns(39, 0x0100, [("e.com", 0)]), dns(40, 0x0100, [("e.com", 99)]), dns(41, 0x8188, [("e.com", 1)]),
]
dns_packets = []
for number, message in enumerate(messages):
    if message[2] & 0x80:
        dns_packets.append(eip(17, udp(53, 45000 + number, message, B, A), source=B, target=A))
    else:
        dns_packets.append(eip(17, udp(45000 + number, 53, message)))
dns_packets += [
    eip6(17, udp(5555, 53, messages[0], A6, B6)), eip(17, udp(5353, 5353, messages[-10], target="224.0.0.251"), target="224.0.0.251"),
    eip(6, tcp(4444, 53, 1, 1, ACK | PSH, struct.pack(">H", len(messages[0])) + messages[0])),
    eip(6, tcp(53, 4444, 1, 1, ACK | PSH, struct.pack(">H", len(messages[1])) + messages[1], source=B, target=A), source=B, target=A),
    eip(6, tcp(4444, 53, 90, 1, ACK)), eip(17, udp(5355, 5355, messages[0])),
    eip(6, tcp(4444, 53, 90, 1, ACK | PSH, struct.pack(">H", 500) + messages[0])),
]

# ICMP and ICMPv6
inner = ip(17, udp(5000, 53, messages[0]))
inner_tcp = ip(6, tcp(40000, 80, 1, 0, SYN))
icmp_packets = [eip(1, icmp(8, 0, struct.pack(">HH", 77, 1) + bytes(range(48)))), eip(1, icmp(0, 0, struct.pack(">HH", 77, 1) + bytes(48)))]
for code in range(16):
    icmp_packets.append(eip(1, icmp(3, code, struct.pack(">HH", 0, 1400 if code == 4 else 0) + inner), source=B, target=A))
icmp_packets += [
    eip(1, icmp(3, 3, b"\0\0\0\0" + inner_tcp)), eip(1, icmp(3, 4, b"\0\0\0\0" + inner)), eip(1, icmp(3, 3, b"\0\0\0\0" + inner[:28])),
    eip(1, icmp(3, 2, b"\0\0\0\0" + ip(132, b"12345678"))), eip(1, icmp(3, 3, b"\0\0\0\0" + ip(1, icmp(8, 0, b"1234")))),
    eip(1, icmp(11, 0, b"\0\0\0\0" + inner)), eip(1, icmp(11, 1, b"\0\0\0\0" + inner)), eip(1, icmp(11, 7, b"\0\0\0\0" + inner)),
    eip(1, icmp(5, 0, addr("10.1.2.1") + inner)), eip(1, icmp(5, 1, addr("10.1.2.1") + inner)), eip(1, icmp(5, 2, addr("10.1.2.1") + inner)),
    eip(1, icmp(5, 3, addr("10.1.2.1") + inner)), eip(1, icmp(5, 9, addr("10.1.2.1") + inner)),
    eip(1, icmp(4, 0, b"\0\0\0\0" + inner)), eip(1, icmp(12, 0, b"\x09\0\0\0" + inner)), eip(1, icmp(12, 1, b"\0\0\0\0" + inner)),
    eip(1, icmp(13, 0, struct.pack(">HHIII", 1, 2, 36000000, 0, 0))), eip(1, icmp(14, 0, struct.pack(">HHIII", 1, 2, 36000000, 36000005, 36000006))),
    eip(1, icmp(17, 0, struct.pack(">HHI", 1, 2, 0))), eip(1, icmp(18, 0, struct.pack(">HHI", 1, 2, 0xFFFFFF00))),
    eip(1, icmp(15, 0, struct.pack(">HH", 1, 2))), eip(1, icmp(16, 0, struct.pack(">HH", 1, 2))), eip(1, icmp(40, 1, bytes(8))),
    eip(1, icmp(10, 0, bytes(4))), eip(1, icmp(9, 0, struct.pack(">BBH", 1, 2, 1800) + addr("10.1.2.1") + struct.pack(">i", 5))),
    eip(1, icmp(8, 0, struct.pack(">HH", 77, 2) + bytes(8), bad=True)), eip(1, icmp(8, 0, b"")), eip(1, icmp(3, 1, b"")), eip(1, b"\x08"),
    eip(1, icmp(42, 0, bytes(8))),
]
LL, SOL = "fe80::1", "ff02::1:ff00:80"


def six(kind, code, rest, source=A6, target=B6, **keys):
    return eip6(58, icmp6(kind, code, rest, source, target), source, target, **keys)


inner6 = ip6(17, udp(5000, 53, messages[0], A6, B6))
inner6_tcp = ip6(6, tcp(40000, 80, 1, 0, SYN, source=A6, target=B6))
prefix = struct.pack(">BBBBIII", 3, 4, 64, 0xC0, 86400, 14400, 0) + addr("2001:db8::")
mtu = struct.pack(">BBHI", 5, 1, 0, 1500)
rdnss = struct.pack(">BBHI", 25, 3, 0, 600) + addr("2001:db8::53")
dnssl = struct.pack(">BBHI", 31, 3, 0, 600) + name("example.com") + b"\0\0\0"
route = struct.pack(">BBBBI", 24, 2, 48, 8, 900) + addr("2001:db8:5::")[:8]
link1, link2 = b"\1\1" + MAC_A, b"\2\1" + MAC_B
icmp6_packets = [
    six(128, 0, struct.pack(">HH", 9, 1) + bytes(16)), six(129, 0, struct.pack(">HH", 9, 1) + bytes(16)),
    six(135, 0, bytes(4) + addr(B6) + link1, LL, SOL, hops=255), six(135, 0, bytes(4) + addr(B6), "::", SOL, hops=255),
    six(136, 0, b"\xe0\0\0\0" + addr(B6) + link2, hops=255), six(136, 0, b"\x40\0\0\0" + addr(B6), hops=255), six(136, 0, b"\x20\0\0\0" + addr(B6), hops=255),
    six(133, 0, bytes(4) + link1, LL, "ff02::2", hops=255), six(133, 0, bytes(4), "::", "ff02::2", hops=255),
    six(134, 0, struct.pack(">BBHII", 64, 0xC0, 1800, 0, 0) + prefix + mtu + rdnss + dnssl + route + link1, LL, "ff02::1", hops=255),
    six(134, 0, struct.pack(">BBHII", 64, 0x08, 0, 30000, 1000), LL, "ff02::1", hops=255),
    six(137, 0, bytes(4) + addr("fe80::2") + addr(B6) + link2, LL, A6, hops=255),
]
for code in range(8):
    icmp6_packets.append(six(1, code, bytes(4) + inner6))
icmp6_packets += [
    six(1, 4, bytes(4) + inner6_tcp), six(2, 0, struct.pack(">I", 1280) + inner6), six(3, 0, bytes(4) + inner6), six(3, 1, bytes(4) + inner6),
    six(3, 5, bytes(4) + inner6), six(4, 0, struct.pack(">I", 6) + inner6), six(4, 1, struct.pack(">I", 6) + inner6), six(4, 2, struct.pack(">I", 6) + inner6),
    six(4, 9, struct.pack(">I", 6) + inner6), six(130, 0, struct.pack(">HH", 10000, 0) + bytes(16), LL, "ff02::1", hops=1),
    six(131, 0, bytes(4) + addr("ff02::fb"), LL, "ff02::fb", hops=1), six(132, 0, bytes(4) + addr("ff02::fb"), LL, "ff02::2", hops=1),
    six(143, 0, struct.pack(">HH", 0, 2) + struct.pack(">BBH", 4, 0, 0) + addr("ff02::fb") + struct.pack(">BBH", 1, 0, 1) + addr("ff02::fc") + addr(A6), LL, "ff02::16", hops=1),
    six(130, 0, struct.pack(">HH", 1000, 0) + addr("ff02::fb") + struct.pack(">BBH", 2, 125, 0), LL, "ff02::fb", hops=1),
    six(160, 3, bytes(8)), six(128, 0, b""), six(1, 4, b""), six(200, 0, b"12345678"), six(135, 0, bytes(4)), six(134, 0, bytes(6)),
    eip6(0, b"\x3a\0\5\2\0\0\1\0" + icmp6(143, 0, struct.pack(">HHBBH", 0, 1, 4, 0, 0) + addr("ff02::fb"), LL, "ff02::16"), LL, "ff02::16", hops=1),
    six(135, 0, bytes(4) + addr(B6) + b"\1\0" + MAC_A), six(135, 0, bytes(4) + addr(B6) + b"\x63\1abcdef"), six(140, 0, bytes(12)), six(139, 0, bytes(12)),
]


# ARP
def arp(operation, sha, spa, tha, tpa, kind=0x0806, hardware=1, **keys):
    return eth(kind, struct.pack(">HHBBH", hardware, 0x0800, 6, 4, operation) + sha + addr(spa) + tha + addr(tpa), **keys)


ZERO, ALL = bytes(6), b"\xff" * 6
arp_packets = [
    arp(1, MAC_A, A, ZERO, B, target=ALL), arp(1, MAC_A, A, MAC_B, B), arp(1, MAC_A, A, ALL, A), arp(1, MAC_A, A, ZERO, A, target=ALL), arp(2, MAC_B, B, MAC_A, A), arp(2, MAC_B, B, MAC_A, B),
    arp(1, MAC_A, "0.0.0.0", ZERO, B, target=ALL), arp(1, MAC_A, A, ZERO, B, target=ALL) + bytes(18), arp(3, MAC_A, A, MAC_B, B, kind=0x8035), arp(4, MAC_A, A, MAC_B, B, kind=0x8035),
    arp(8, MAC_A, A, MAC_B, B), arp(9, MAC_A, A, MAC_B, B), arp(77, MAC_A, A, MAC_B, B), arp(1, MAC_A, A, ZERO, B, hardware=6), arp(1, MAC_A, A, ZERO, B, hardware=99),
    eth(0x0806, b"\0\1\x08\0\6\4\0\1" + MAC_A), eth(0x0806, b"\0\1\x08\0"), eth(0x0806, b"\0\1\x86\xdd\6\x10\0\1" + MAC_A + addr(A6) + ZERO + addr(B6)),
    arp(2, ZERO, B, MAC_A, A), arp(10, MAC_A, A, MAC_B, B),
]

# IPv4 and IPv6 themselves
payload = bytes(range(64))
ip_packets = [
    eip(17, udp(1000, 2000, payload)[:40], flags=0x2000, identity=99), eip(17, payload[:40], flags=0x2005, identity=99), eip(17, payload[:13], flags=0x000A, identity=99),
    eip(6, tcp(1, 2, 3, 4, ACK) + payload[:20], flags=0x2000), eip(1, icmp(8, 0, bytes(20)), flags=0x2000), eip(17, udp(1, 2, payload), flags=0x8000, tos=0x10), eip(17, udp(1, 2, payload), flags=0, tos=3, ttl=1),
    eip(17, udp(1, 2, payload), flags=0x6000, tos=0xB9), eip(17, udp(1, 2, payload), options=b"\x94\4\0\0"), eip(17, udp(1, 2, payload), options=b"\7\7\4\0\0\0\0\0"),
    eip(17, udp(1, 2, payload), options=b"\7\x0b\x08" + addr(B) + addr("0.0.0.0") + b"\0"), eip(17, udp(1, 2, payload), options=b"\x44\x0c\5\0" + struct.pack(">II", 5, 6)), eip(17, udp(1, 2, payload), options=b"\x83\7\4" + addr("10.9.9.9") + b"\0"),
    eip(17, udp(1, 2, payload), options=b"\x89\7\4" + addr("10.9.9.9") + b"\1"), eip(17, udp(1, 2, payload), options=b"\x82\4\1\2"), eip(17, udp(1, 2, payload), options=b"\1\1\1\0"), eip(17, udp(1, 2, payload), options=b"\x99\4\1\2"),
    eip(17, udp(1, 2, payload), options=b"\x99\0\1\2"), eip(17, udp(1, 2, payload), length=60), eip(17, udp(1, 2, payload), length=500), eip(17, udp(1, 2, payload), length=10), eip(17, udp(1, 2, payload), length=0),
    eth(0x0800, b"\x44" + ip(17, udp(1, 2, payload))[1:]), eth(0x0800, b"\x65" + ip(17, udp(1, 2, payload))[1:]), eth(0x0800, ip(17, udp(1, 2, payload))[:12]), eth(0x0800, ip(17, b"")[:10] + b"\0\1" + ip(17, udp(1, 2, payload))[12:]),
    eip(17, udp(1, 2, payload) + b"padding behind"), eip(17, udp(1, 2, payload)) + bytes(10), eip(17, udp(1, 2, b"")), eip(17, udp(1, 2, payload, length=20)), eip(17, udp(1, 2, payload, length=200)), eip(17, udp(1, 2, payload, length=4)),
    eip(17, udp(1, 2, payload, sum_=0)), eip(17, udp(1, 2, payload, sum_=0x1234)), eip(17, udp(1, 2, payload)[:5]),
    eip(50, struct.pack(">II", 0x1234, 5) + payload), eip(51, struct.pack(">BBHII", 6, 4, 0, 0x1234, 5) + bytes(12) + tcp(1, 2, 3, 4, ACK)),
    eip(89, payload), eip(132, payload), eip(255, payload), eip(0, payload), eip(33, payload), eip(253, payload), eip(4, ip(17, udp(1, 2, payload), "10.5.5.5", "10.6.6.6")), eip(41, ip6(17, udp(1, 2, payload, A6, B6))),
    eip(46, payload), eip(103, payload), eip(112, payload), eip(2, icmp(0x16, 0, addr("224.0.0.251")), target="224.0.0.251", ttl=1), eip(2, icmp(0x11, 100, addr("0.0.0.0")), target="224.0.0.1", ttl=1),
    eip(2, icmp(0x17, 0, addr("224.0.0.251")), target="224.0.0.2", ttl=1), eip(2, icmp(0x22, 0, struct.pack(">HHBBH", 0, 1, 4, 0, 0) + addr("224.0.0.251")), target="224.0.0.22", ttl=1, options=b"\x94\4\0\0"), eip(47, b"\0\0\x08\0" + ip(17, udp(1, 2, payload))), eip(47, b"\x20\0\x65\x58\0\0\0\5" + eth(0x0800, ip(17, udp(1, 2, payload)))),
    eip(17, udp(40000, 4789, b"\x08\0\0\0\0\0\x2a\0" + eth(0x0800, ip(17, udp(1, 2, payload))))), eip(94, payload), eip(136, payload), eip(108, payload), eip(88, payload), eip(9, payload), eip(77, payload), eip(115, payload),
    eip6(17, udp(1, 2, payload, A6, B6)), eip6(17, udp(1, 2, payload, A6, B6), flow=0xABCDE, traffic=0xB8, hops=1), eip6(59, b""), eip6(0, b"\x11\0\1\4\0\0\0\0" + udp(1, 2, payload, A6, B6)), eip6(60, b"\x11\0\1\4\0\0\0\0" + udp(1, 2, payload, A6, B6)),
    eip6(43, b"\x11\2\0\1\0\0\0\0" + addr("2001:db8::99") + udp(1, 2, payload, A6, B6)), eip6(44, b"\x11\0\0\1\0\0\0\x07" + udp(1, 2, payload, A6, B6)), eip6(44, b"\x11\0\5\xa8\0\0\0\x07" + payload), eip6(44, b"\x11\0\0\0\0\0\0\x09" + udp(1, 2, payload, A6, B6)), eip6(43, b"\x11\2\4\1\0\0\0\0" + addr("2001:db8::99") + udp(1, 2, payload, A6, B6)),
    eip6(50, struct.pack(">II", 0x1234, 5) + payload), eip6(17, udp(1, 2, payload, A6, B6), length=500), eip6(17, udp(1, 2, payload, A6, B6), length=30), eip6(17, udp(1, 2, payload, A6, B6), length=0), eth(0x86DD, b"\x40" + ip6(17, payload)[1:]), eth(0x86DD, ip6(17, payload)[:30]),
    eip6(89, payload), eip6(255, payload), eip6(4, ip(17, udp(1, 2, payload))), eip6(41, ip6(17, udp(1, 2, payload, A6, B6))), eip6(17, udp(1, 2, payload, A6, B6, sum_=0)), eip6(17, udp(1, 2, payload, A6, B6, sum_=5)), eip6(132, payload), eip6(47, b"\0\0\x86\xdd" + ip6(17, udp(1, 2, payload, A6, B6))),
    eip6(51, struct.pack(">BBHII", 17, 4, 0, 0x1234, 5) + bytes(12) + udp(1, 2, payload, A6, B6)), eip6(0, b"\x11\0\xc2\4\0\1\0\0" + payload), eip6(0, b"\x11\0\x99\4\0\0\0\0" + payload), eip6(0, b"\x11\5\1\4"), eip6(253, payload), eip6(135, bytes(8)),
]

# Link layers
plain = ip(17, udp(1000, 2000, b"hello"))
link_packets = [
    eth(0x8100, struct.pack(">HH", 5, 0x0800) + plain), eth(0x8100, struct.pack(">HH", 0x7FFF, 0x0800) + plain), eth(0x88A8, struct.pack(">HHHH", 100, 0x8100, 200, 0x0800) + plain), eth(0x9100, struct.pack(">HH", 5, 0x86DD) + ip6(17, udp(1, 2, b"x", A6, B6))),
    eth(0x8100, struct.pack(">HH", 5, 0x0806) + arp_packets[0][14:]), eth(0x88B5, b"local experiment" * 4), eth(0x88CC, b"\2\7\4" + MAC_A + b"\4\7\3" + MAC_A + b"\6\2\0\x78\0\0"), eth(0x8863, b"\x11\x09\0\0\0\4\1\1\0\0"),
    eth(0x8847, struct.pack(">I", 16 << 12 | 0x100 | 64) + plain), eth(0x8808, b"\0\1\0\x10" + bytes(40)), eth(0x888E, b"\1\1\0\0"), eth(0x9000, b"\0\0\1\0" + bytes(40)), eth(38, b"\x42\x42\3" + bytes(35)), eth(40, b"\xe0\xe0\3" + bytes(37)),
    eth(60, b"\xaa\xaa\3\0\0\0\x08\0" + plain), MAC_B + MAC_A, eth(0x0800, b""), eth(0x8100, b"\0"), eth(0x8100, struct.pack(">HH", 7, 40) + b"\x42\x42\3" + bytes(37)), eth(0x88E5, bytes(32)), eth(0x22F0, bytes(32)), eth(0x0842, ALL + MAC_A * 16), eth(0x88F7, bytes(44)), eth(0x0600, bytes(40)), eth(0x6558, bytes(20)), eth(0x8137, bytes(40)), eth(0x05FF, bytes(60)),
]


def sll(kind, protocol, payload, hardware=1, address=MAC_A):
    return struct.pack(">HHH", kind, hardware, len(address)) + address.ljust(8, b"\0") + struct.pack(">H", protocol) + payload


def sll2(kind, protocol, payload, hardware=1, address=MAC_A, interface=1):
    return struct.pack(">HHIHBB", protocol, 0, interface, hardware, kind, len(address)) + address.ljust(8, b"\0") + payload


cooked = [(kind, 0x0800, plain) for kind in range(6)] + [(0, 0x0806, arp_packets[0][14:]), (4, 0x86DD, inner6), (0, 0x8100, struct.pack(">HH", 9, 0x0800) + plain), (0, 4, b"\x42\x42\3" + bytes(35)), (0, 0x88B5, bytes(20)), (0, 0x0800, inner_tcp)]
hello = b"\0" * 0


def client_hello(server, protocols=(b"h2", b"http/1.1"), version=0x0303):
    extensions = b""
    if server is not None:
        entry = b"\0" + struct.pack(">H", len(server)) + server
        extensions += struct.pack(">HHH", 0, len(entry) + 2, len(entry)) + entry
    names = b"".join(bytes([len(one)]) + one for one in protocols)
    extensions += struct.pack(">HHH", 16, len(names) + 2, len(names)) + names + struct.pack(">HHB", 43, 3, 2) + b"\3\4"
    body = struct.pack(">H", version) + bytes(32) + b"\0" + b"\0\4\x13\1\x13\2" + b"\1\0" + struct.pack(">H", len(extensions)) + extensions
    shake = b"\1" + struct.pack(">I", len(body))[1:] + body
    return b"\x16\3\1" + struct.pack(">H", len(shake)) + shake


tls_packets = [eip(6, tcp(50000 + number, 443, 1, 1, ACK | PSH, data)) for number, data in enumerate([
    client_hello(b"api.example.com"), client_hello(None, ()), client_hello(b"evil\x1b[31m"), client_hello(b"cut.example.com")[:90], b"\x17\3\3\0\4abcd", b"\x15\3\3\0\2\2\x28"])]

pcap("tcp.pcap", tcp_packets)
pcap("dns.pcap", dns_packets)
pcap("icmp.pcap", icmp_packets)
pcap("icmp6.pcap", icmp6_packets)
pcap("arp.pcap", arp_packets)
pcap("ip.pcap", ip_packets)
pcap("link.pcap", link_packets)
pcap("sll.pcap", [sll(*one) for one in cooked] + [sll(0, 0x0800, plain, 772, ZERO), sll(0, 0x0800, plain, 65534, b""), sll(7, 0x0800, plain), sll(0, 0x0800, plain)[:10]], 113)
pcap("sll2.pcap", [sll2(*one) for one in cooked] + [sll2(0, 0x0800, plain, 772, ZERO), sll2(0, 0x0800, plain, 65534, b""), sll2(7, 0x0800, plain), sll2(0, 0x0800, plain, interface=99999), sll2(0, 0x0800, plain)[:10]], 276)
pcap("raw.pcap", [plain, inner6, inner_tcp, b"\x10\0", b""], 101)
pcap("null.pcap", [struct.pack("<I", 2) + plain, struct.pack("<I", 30) + inner6, struct.pack("<I", 10) + inner6, struct.pack("<I", 99) + plain], 0)
pcap("loop.pcap", [struct.pack(">I", 2) + plain, struct.pack(">I", 24) + inner6], 108)
pcap("tls.pcap", tls_packets)
pcap("nano.pcap", tcp_packets[:6], magic=0xA1B23C4D)
pcap("big-endian.pcap", tcp_packets[:6], order=">")
pcap("big-nano.pcap", tcp_packets[:6], magic=0xA1B23C4D, order=">")
pcapng("ng.pcapng", tcp_packets[:8])
pcapng("ng-big.pcapng", tcp_packets[:8], order=">")
pcapng("ng-nano.pcapng", tcp_packets[:8], resolution=9)
pcapng("ng-binary.pcapng", tcp_packets[:8], resolution=0x94)
everything = tcp_packets + dns_packets + icmp_packets + icmp6_packets + arp_packets + ip_packets + link_packets
pcap("all.pcap", everything)
usual = [packet for packet in tcp_packets + icmp_packets + arp_packets + ip_packets[:8]]
for cut in (20, 30, 36, 40, 44, 54, 60, 68, 80):
    pcap("cut%d.pcap" % cut, usual, cut=cut, snap=cut)
pcap("days.pcap", tcp_packets[:9], step=123456789)
randomly = random.Random(7)
damaged = []
for packet in everything * 3:
    packet = bytearray(packet)
    for _ in range(randomly.randrange(1, 5)):
        if len(packet) > 14:
            packet[randomly.randrange(14, len(packet))] = randomly.randrange(256)
    damaged.append(bytes(packet))
pcap("damaged.pcap", damaged)
with open(os.path.join(folder, "tcp.pcap"), "rb") as whole:
    data = whole.read()
for label, size in (("header", 10), ("record", 24 + 8), ("packet", 24 + 16 + 30), ("empty", 0), ("none", 24)):
    with open(os.path.join(folder, "short-%s.pcap" % label), "wb") as out:
        out.write(data[:size])
with open(os.path.join(folder, "not.pcap"), "wb") as out:
    out.write(b"this is no capture at all, but text that is long enough for its header")
