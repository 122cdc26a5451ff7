#!/usr/bin/python3
"""A gRPC server for Tests/Peers/http on python3-grpcio, its messages written by hand: health and reflection.

Usage: http-grpc.py PORT TLS-PORT FOLDER (with key.pem and cert.pem). Prints "ready".
"""
import pathlib
import sys
import time
from concurrent import futures

import grpc

STATUS = {"": 1, "bad": 2}


def varint(value):
    out = b""
    while value >= 128:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def text(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def check(request, context):
    service = request[2:].decode()
    if service == "slow":
        time.sleep(5)
    if service not in STATUS:
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
    return number(1, STATUS[service])


# demo.proto: a service, a request with a string, a reply with an enum.
DESCRIPTOR = (
    text(1, "demo.proto") + text(2, "demo") + text(12, "proto3")
    + text(4, text(1, "Request") + text(2, text(1, "service") + number(3, 1) + number(4, 1) + number(5, 9)))
    + text(4, text(1, "Reply") + text(2, text(1, "status") + number(3, 1) + number(4, 1) + number(5, 14) + text(6, ".demo.Status")))
    + text(5, text(1, "Status") + text(2, text(1, "UNKNOWN") + number(2, 0)) + text(2, text(1, "SERVING") + number(2, 1)))
    + text(6, text(1, "Health") + text(2, text(1, "Check") + text(2, ".demo.Request") + text(3, ".demo.Reply") + number(6, 1)))
)


def reflect(requests, context):
    for request in requests:
        name = request[2:].decode()
        if request[0] >> 3 == 7:
            yield text(6, text(1, text(1, "grpc.health.v1.Health")) + text(1, text(1, "demo.Health")))
        elif name.startswith("demo."):
            yield text(4, text(1, DESCRIPTOR))
        else:
            yield text(7, number(1, 5) + text(2, "not found: " + name))


server = grpc.server(futures.ThreadPoolExecutor(8))
server.add_generic_rpc_handlers((
    grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(check)}),
    grpc.method_handlers_generic_handler(
        "grpc.reflection.v1alpha.ServerReflection",
        {"ServerReflectionInfo": grpc.stream_stream_rpc_method_handler(reflect)}),
))
folder = pathlib.Path(sys.argv[3])
server.add_insecure_port("127.0.0.1:" + sys.argv[1])
server.add_secure_port("127.0.0.1:" + sys.argv[2], grpc.ssl_server_credentials(
    [((folder / "key.pem").read_bytes(), (folder / "cert.pem").read_bytes())]))
server.start()
print("ready", flush=True)
server.wait_for_termination()
