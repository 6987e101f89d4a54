# SPDX-License-Identifier: LGPL-2.1-or-later
"""Images that tests make themselves, around the machine's busybox: archives, OCI layouts, and a server of images."""

import functools
import gzip
import hashlib
import http.server
import io
import json
import pathlib
import shutil
import ssl
import subprocess
import tarfile
import threading

APPLETS = ("sh", "cat", "echo", "hostname", "id", "init", "ls", "pwd", "sleep", "stat", "test", "touch")
FOLDERS = ("bin", "dev", "etc", "proc", "run", "sbin", "sys", "tmp")


def add_file(archive, path, data, owner=(0, 0), mode=0o644):
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(data), mode
    entry.uid, entry.gid = owner
    archive.addfile(entry, io.BytesIO(data))


def add_folder(archive, path, owner=(0, 0)):
    entry = tarfile.TarInfo(path)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    entry.uid, entry.gid = owner
    archive.addfile(entry)


def add_link(archive, path, target):
    entry = tarfile.TarInfo(path)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    archive.addfile(entry)


def add_busybox(archive):
    """The smallest root file system that starts."""
    for folder in FOLDERS:
        add_folder(archive, f"./{folder}")
    add_file(archive, "./bin/busybox", pathlib.Path(shutil.which("busybox")).read_bytes(), mode=0o755)
    for applet in APPLETS:
        add_link(archive, f"./bin/{applet}", "busybox")
    add_link(archive, "./sbin/init", "../bin/busybox")


def write_archive(path, files, busybox=True):
    """A .tar.xz or .tar.gz with `files`, path → text or (text, owner); a text that is a script can be run."""
    kind = {"mode": "w:xz", "preset": 0} if path.suffix == ".xz" else {"mode": "w:gz", "compresslevel": 1}
    with tarfile.open(path, **kind) as archive:
        if busybox:
            add_busybox(archive)
        for name, content in files.items():
            text, owner = content if isinstance(content, tuple) else (content, (0, 0))
            add_file(archive, name, text.encode(), owner, 0o755 if text.startswith("#!") else 0o644)


def make_oci_layout(path, tag, config, more=None):
    """An OCI image layout with one image of one layer: a busybox tree, and what `more` adds to the open archive."""
    blobs = path / "blobs/sha256"
    blobs.mkdir(parents=True)

    def blob(kind, data):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        add_busybox(archive)
        if more:
            more(archive)
    image = {"architecture": "amd64", "os": "linux", "config": config,
             "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer.getvalue()).hexdigest()]}}
    layers = [blob("layer.v1.tar+gzip", gzip.compress(layer.getvalue(), 1))]
    configuration = blob("config.v1+json", json.dumps(image).encode())
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": configuration, "layers": layers}
    entry = blob("manifest.v1+json", json.dumps(manifest).encode())
    entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
    (path / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *words):  # noqa: A002: the base class's name
        if self.command == "GET":
            self.server.requests.append(self.path.replace("//", "/"))


class ImageServer:
    """Serves a folder by HTTPS on loopback. `certificate` is for its clients; `requests` are the paths asked for."""

    def __init__(self, folder, keys):
        keys.mkdir()
        self.certificate = keys / "certificate"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", keys / "key", "-out",
                        self.certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                       check=True, capture_output=True)
        handler = functools.partial(Handler, directory=folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.requests = self.requests = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, keys / "key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.name = f"localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def taken(self):
        """What was asked for since the last call, each once: wget and its callers try again."""
        paths = list(dict.fromkeys(self.requests))
        self.requests.clear()
        return paths

    def end(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
