"""Writes the SBOM of an image archive as SPDX 2.3: debugbox and what is linked into it.

usage: sbom.py OUTPUT ARCHIVE COMPONENTS VERSION REVISION SWIFT ARCHITECTURE=BINARY...
Debian's versions come from dpkg-query, those of unpacked arm64 packages from .build/arm64-root/versions.
"""

import hashlib
import json
import os
import subprocess
import sys
import time

SOURCE = "https://github.com/org/swift-debugbox"
UNPACKED = ".build/arm64-root/versions"


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def debian_packages(components, architecture):
    """Yields name, version, Debian architecture and licence of each component."""
    unpacked = {}
    if architecture == "arm64":
        with open(UNPACKED) as file:
            unpacked = dict(line.split() for line in file)
    with open(components) as file:
        rows = [line.split(None, 2) for line in file if not line.startswith("#")]
    for row in rows:
        name = row[1 if architecture == "arm64" else 0]
        if name in unpacked:
            yield name, unpacked[name], architecture, row[2].strip()
            continue
        query = ["dpkg-query", "-W", "-f", "${Version} ${Architecture}\n", name]
        version, kind = subprocess.check_output(query, text=True).splitlines()[0].split()
        yield name, version, kind, row[2].strip()


def package(name, version, licence, supplier, **extra):
    suffix = extra.pop("suffix", "")
    identifier = "SPDXRef-" + (name + suffix).replace("+", "-").replace("_", "-")
    return {"SPDXID": identifier, "name": name, "versionInfo": version, "supplier": supplier,
            "licenseDeclared": licence, "licenseConcluded": licence, "filesAnalyzed": False,
            "downloadLocation": "NOASSERTION", "copyrightText": "NOASSERTION", **extra}


def purl(locator):
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}]


def relation(element, kind, other):
    return {"spdxElementId": element, "relationshipType": kind, "relatedSpdxElement": other}


def main(output, archive, components, version, revision, swift, *binaries):
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
    runtime = package("swift-stdlib", swift, "Apache-2.0 WITH Swift-exception", "Organization: Swift.org",
                      externalRefs=purl(f"pkg:github/swiftlang/swift@swift-{swift}-RELEASE"))
    packages, relations = [runtime], []
    for architecture, binary in (pair.split("=", 1) for pair in binaries):
        ours = package("debugbox", version, "Apache-2.0", "Organization: swift-debugbox authors",
                       suffix="-" + architecture, sourceInfo=f"{SOURCE} at {revision}, for {architecture}",
                       checksums=[{"algorithm": "SHA256", "checksumValue": sha256(binary)}])
        packages.append(ours)
        relations.append(relation("SPDXRef-DOCUMENT", "DESCRIBES", ours["SPDXID"]))
        relations.append(relation(ours["SPDXID"], "STATIC_LINK", runtime["SPDXID"]))
        for name, number, kind, licence in debian_packages(components, architecture):
            part = package(name, number, licence, "Organization: Debian", suffix="-" + kind,
                           externalRefs=purl(f"pkg:deb/debian/{name}@{number}?arch={kind}&distro=bookworm"))
            if part["SPDXID"] not in [known["SPDXID"] for known in packages]:
                packages.append(part)
            how = "STATIC_LINK" if name.startswith("lib") else "CONTAINS"
            relations.append(relation(ours["SPDXID"], how, part["SPDXID"]))
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"swift-debugbox-{version}", "documentNamespace": f"{SOURCE}/sbom/{sha256(archive)}",
        "creationInfo": {"created": created, "creators": ["Tool: swift-debugbox images/sbom.py"]},
        "packages": packages, "relationships": relations}
    with open(output, "w") as file:
        json.dump(document, file, indent=2)
        file.write("\n")


if len(sys.argv) < 8:
    sys.exit(__doc__)
main(*sys.argv[1:])
