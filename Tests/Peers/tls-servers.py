#!/usr/bin/python3
"""Servers that s_server cannot be: other protocols, STARTTLS, HTTP, DNS over TLS, and bad manners. CHAIN KEY"""
import email.utils
import socket
import ssl
import struct
import sys
import threading
import time

import dns.message
import dns.rrset

secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
secure.load_cert_chain(sys.argv[1], sys.argv[2])


web = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
web.load_cert_chain(sys.argv[1], sys.argv[2])
web.set_alpn_protocols(["http/1.1"])


def line(peer):
    text = b""
    while not text.endswith(b"\n"):
        byte = peer.recv(1)
        if not byte:
            break
        text += byte
    return text


def tls(peer):
    with secure.wrap_socket(peer, server_side=True) as session:
        session.recv(100)


def banner(text):
    def talk(peer):
        peer.recv(1000)
        peer.sendall(text)
    return talk


def smtp(peer):
    peer.sendall(b"220 mail.test ESMTP\r\n")
    line(peer)
    peer.sendall(b"250-mail.test\r\n250-SIZE\r\n250 STARTTLS\r\n")
    line(peer)
    peer.sendall(b"220 go\r\n")
    tls(peer)


def smtp_refuses(peer):
    peer.sendall(b"220 mail.test ESMTP\r\n")
    line(peer)
    peer.sendall(b"250 mail.test\r\n")
    line(peer)
    peer.sendall(b"454 no\r\n")


def postgres(answer):
    def talk(peer):
        if peer.recv(8) == b"\0\0\0\x08\x04\xd2\x16\x2f":
            peer.sendall(answer)
            if answer == b"S":
                tls(peer)
    return talk


def mysql(peer):
    body = b"\x0a8.0.36\0" + struct.pack("<I", 7) + b"12345678\0" + struct.pack("<H", 0xFFFF) + b"\xff\2\0\xff\xc7\x15" + bytes(10) + b"123456789012\0"
    peer.sendall(struct.pack("<I", len(body))[:3] + b"\0" + body)
    if len(peer.recv(36, socket.MSG_WAITALL)) == 36:
        tls(peer)


def imap(peer):
    peer.sendall(b"* OK ready\r\n")
    while True:
        tag, _, rest = line(peer).partition(b" ")
        if rest.strip().upper() == b"STARTTLS":
            peer.sendall(tag + b" OK go\r\n")
            return tls(peer)
        if not tag:
            return
        peer.sendall(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK\r\n")


def pop3(peer):
    peer.sendall(b"+OK ready\r\n")
    line(peer)
    peer.sendall(b"+OK go\r\n")
    tls(peer)


def ftp(peer):
    peer.sendall(b"220-hello\r\n220 ready\r\n")
    line(peer)
    peer.sendall(b"234 go\r\n")
    tls(peer)


def ldap(peer):
    peer.recv(31)
    peer.sendall(bytes([0x30, 12, 2, 1, 1, 0x78, 7, 10, 1, 0, 4, 0, 4, 0]))
    tls(peer)


def xmpp(peer):
    peer.recv(1000)
    peer.sendall(b"<?xml version='1.0'?><stream:stream id='1'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>")
    peer.recv(1000)
    peer.sendall(b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    tls(peer)


def http(ahead):
    def talk(peer):
        with web.wrap_socket(peer, server_side=True) as session:
            session.recv(1000)
            date = email.utils.formatdate(time.time() + ahead, usegmt=True)
            session.sendall(f"HTTP/1.1 200 OK\r\nServer: x\r\nDate: {date}\r\nContent-Length: 0\r\n\r\n".encode())
    return talk


def echo(peer):
    with secure.wrap_socket(peer, server_side=True) as session:
        while data := session.recv(65536):
            session.sendall(data)


def trickle(peer):
    """The begin of a record, byte by byte."""
    peer.recv(1000)
    for byte in b"\x16\x03\x03\x40\x00" + bytes(1000):
        peer.sendall(bytes([byte]))
        time.sleep(0.05)


def silent(peer):
    time.sleep(30)


def proxy(peer):
    request = line(peer)
    while line(peer).strip():
        pass
    host, _, port = request.split()[1].partition(b":")
    with socket.create_connection((host.decode(), int(port))) as far:
        peer.sendall(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n")
        threading.Thread(target=pump, args=(far, peer), daemon=True).start()
        pump(peer, far)


def pump(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
    except OSError:
        pass


def resolver(peer):
    with secure.wrap_socket(peer, server_side=True) as session:
        session.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while len(head := session.recv(2)) == 2:
            query = dns.message.from_wire(session.recv(struct.unpack(">H", head)[0]))
            reply = dns.message.make_response(query)
            reply.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "A", "192.0.2.1"))
            wire = reply.to_wire()
            session.sendall(struct.pack(">H", len(wire)) + wire)


SERVERS = {
    4101: banner(b"HTTP/1.1 400 Bad Request\r\n\r\n"), 4102: smtp, 4103: silent, 4104: trickle, 4105: lambda peer: peer.recv(1000),
    4106: banner(b"SSH-2.0-x\r\n"), 4107: proxy, 4111: postgres(b"S"), 4112: mysql, 4113: imap, 4114: pop3, 4115: ftp, 4116: ldap,
    4117: xmpp, 4118: postgres(b"N"), 4119: smtp_refuses, 4120: http(0), 4121: http(3600), 4122: echo, 4130: resolver,
}


def serve(peer, talk):
    try:
        talk(peer)
    except (OSError, ssl.SSLError):
        pass
    finally:
        peer.close()


def accept(listener, talk):
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=serve, args=(peer, talk), daemon=True).start()


for port, talk in SERVERS.items():
    listener = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=accept, args=(listener, talk), daemon=True).start()
print("ready", flush=True)
threading.Event().wait()
