"""Packs folders into one reproducible OCI archive: an index per tag, an image per architecture.

usage: oci.py OUTPUT CONFIG VERSION REVISION ARCHITECTURE=FOLDER...
SOURCE_DATE_EPOCH dates everything. DEBUGBOX_COMPRESSION is zstd, which containerd knows since 1.5 and Docker since 23,
or gzip. Prints each tag's digest and the compressed size of each layer.
"""

import gzip
import hashlib
import io
import json
import os
import stat
import struct
import subprocess
import sys
import time

BINARY = "bin/debugbox"
# Permitted only, so that the program also starts where one of them is not in the bounding set:
# cap_net_admin (12), cap_net_raw (13) and cap_sys_ptrace (19) as struct vfs_cap_data, revision 2.
CAPABILITIES = struct.pack("<5I", 0x02000000, 1 << 12 | 1 << 13 | 1 << 19, 0, 0, 0)
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+"  # and its compression


class Tar:
    """POSIX archives whose bytes depend on their members alone: root owns all, one time for all."""

    def __init__(self, epoch):
        self.epoch, self.bytes = epoch, io.BytesIO()

    def folder(self, name):
        self._member(name + "/", b"5", 0o755)

    def link(self, name, target):
        self._member(name, b"2", 0o777, target=target)

    def file(self, name, data, mode=0o644, records=()):
        if records:
            body = b"".join(pax_record(key, value) for key, value in records)
            self._member("PaxHeaders/" + os.path.basename(name), b"x", 0o644, body)
        self._member(name, b"0", mode, data)

    def finish(self):
        self.bytes.write(bytes(1024))
        return self.bytes.getvalue()

    def _member(self, name, kind, mode, data=b"", target=""):
        name, target = name.encode(), target.encode()
        if len(name) > 100 or len(target) > 100:
            raise ValueError(f"name too long for a tar header: {name!r}")
        fields = [name.ljust(100, b"\0"), b"%07o\0" % mode, b"0000000\0", b"0000000\0",
                  b"%011o\0" % len(data), b"%011o\0" % self.epoch, b" " * 8, kind,
                  target.ljust(100, b"\0"), b"ustar\0" b"00", bytes(32), bytes(32),
                  b"0000000\0", b"0000000\0", bytes(155), bytes(12)]
        fields[6] = b"%06o\0 " % sum(b"".join(fields))
        self.bytes.write(b"".join(fields) + data + bytes(-len(data) % 512))


def pax_record(key, value):
    """A record starts with its own length, which counts its own digits."""
    body = b" " + key.encode() + b"=" + value + b"\n"
    length = len(body) + 1
    while length != len(str(length)) + len(body):
        length = len(str(length)) + len(body)
    return str(length).encode() + body


def pack(folder, epoch):
    tar = Tar(epoch)
    for path, folders, files in os.walk(folder):
        folders.sort()
        relative = os.path.relpath(path, folder)
        if relative != ".":
            tar.folder(relative)
        for name in sorted(files + [f for f in folders if os.path.islink(os.path.join(path, f))]):
            full, member = os.path.join(path, name), os.path.normpath(os.path.join(relative, name))
            if os.path.islink(full):
                tar.link(member, os.readlink(full))
                continue
            with open(full, "rb") as file:
                data = file.read()
            mode = 0o755 if os.stat(full).st_mode & stat.S_IXUSR else 0o644
            capability = [("SCHILY.xattr.security.capability", CAPABILITIES)]
            tar.file(member, data, mode, capability if member == BINARY else ())
    return tar.finish()


def compress(data, compression):
    if compression == "gzip":
        return gzip.compress(data, 9, mtime=0)
    command = ["zstd", "--ultra", "-22", "-T1", "--no-progress", "-q", "-c"]
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


class Layout:
    """An OCI image layout: blobs by digest, and one index that names the tags."""

    def __init__(self):
        self.blobs, self.tags = {}, []

    def add(self, data, media_type, **extra):
        if not isinstance(data, bytes):
            data = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(data), **extra}

    def write(self, path, epoch):
        tar = Tar(epoch)
        tar.folder("blobs")
        tar.folder("blobs/sha256")
        for digest in sorted(self.blobs):
            tar.file("blobs/sha256/" + digest, self.blobs[digest])
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": self.tags}
        tar.file("index.json", json.dumps(index, sort_keys=True).encode())
        tar.file("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        with open(path + ".part", "wb") as file:
            file.write(tar.finish())
        os.replace(path + ".part", path)


def image(layout, architecture, layer, diff, settings, created):
    """The manifest of one image; `settings` is its runtime configuration."""
    config = layout.add({
        "created": created, "architecture": architecture, "os": "linux", "config": settings,
        "rootfs": {"type": "layers", "diff_ids": [diff]},
        "history": [{"created": created, "created_by": "scripts/image"}]}, CONFIG)
    platform = {"architecture": architecture, "os": "linux"}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]}
    return layout.add(manifest, MANIFEST, platform=platform)


def main(output, config_path, version, revision, *folders):
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
    with open(config_path) as file:
        config = json.load(file)
    compression = os.environ.get("DEBUGBOX_COMPRESSION", "zstd")
    if compression not in ("gzip", "zstd"):
        sys.exit(f"oci: DEBUGBOX_COMPRESSION: {compression}: neither zstd nor gzip")
    tags = config.pop("Tags")
    config["Labels"] |= {"org.opencontainers.image.version": version,
                         "org.opencontainers.image.revision": revision}
    layout, layers = Layout(), []
    for architecture, folder in (pair.split("=", 1) for pair in folders):
        tar = pack(folder, epoch)
        layer = layout.add(compress(tar, compression), LAYER + compression)
        layers.append((architecture, layer, "sha256:" + hashlib.sha256(tar).hexdigest()))
        print(f"{architecture}: {len(tar) / 1e6:.2f} MB, compressed {layer['size'] / 1e6:.2f} MB")
    for tag, difference in tags.items():
        manifests = [image(layout, architecture, layer, diff, config | difference, created)
                     for architecture, layer, diff in layers]
        index = layout.add({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}, INDEX,
                           annotations={"org.opencontainers.image.ref.name": tag})
        layout.tags.append(index)
        print(f"{tag}: {index['digest']}")
    layout.write(output, epoch)


if len(sys.argv) < 6:
    sys.exit(__doc__)
main(*sys.argv[1:])
