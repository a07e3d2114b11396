"""Fetches what is not ours and has no build files, so that pip refuses it: by name and digest.

Run by `make setup` as `python -m rill.fetch`. Uses pip's configured index.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

from pypi_simple import PYPI_SIMPLE_ENDPOINT, PyPISimple

ROOT = Path(__file__).resolve().parents[2]


class Package(NamedTuple):
    """folder of the archive goes to destination, under the repository's root."""

    project: str
    version: str
    sha256: str
    folder: str
    destination: str


PACKAGES = (
    # Goes onto the device; the ESP32 image has a newer one frozen, which is found first.
    Package(
        "micropython-umqtt.simple",
        "1.3.4",
        "b6a2520239e3992c63a7de9370ee9b3d9d27819a90359c521f1c0f7ccab8d12f",
        "umqtt",
        "lib/umqtt",
    ),
    # Assembles the ULP program at build time.
    Package(
        "micropython-esp32-ulp",
        "1.2.0",
        "32754c92a01959a5a0742e0edf8d39e809dc4d317fc9c869b732b7f0d52d44de",
        "esp32_ulp",
        "build/packages/esp32_ulp",
    ),
)


def fetch(package: Package, index: str) -> None:
    """Download, check and unpack one package; nothing to do when it is there in this version."""
    destination = ROOT / package.destination
    mark = destination / ".sha256"
    if mark.exists() and mark.read_text() == package.sha256:
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive.tar.gz"
        with PyPISimple(index) as client:
            page = client.get_project_page(package.project)
            found = [p for p in page.packages if p.version == package.version]
            client.download_package(found[0], archive, verify=False)
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != package.sha256:
            sys.exit(f"{package.project} {package.version}: digest {digest} is not the pinned one")
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        source = next(Path(folder).glob(f"*/{package.folder}"))
        shutil.rmtree(destination, ignore_errors=True)
        shutil.copytree(source, destination)
    mark.write_text(package.sha256)


def index_url() -> str:
    """The index that pip uses on this machine."""
    if url := os.environ.get("PIP_INDEX_URL"):
        return url
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() or PYPI_SIMPLE_ENDPOINT


if __name__ == "__main__":
    for each in PACKAGES:
        fetch(each, index_url())
