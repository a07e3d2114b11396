"""Fetches what is not ours and has no build files, so that pip refuses it: by name and digest.

Run by `make setup` as `python -m rill.fetch`. Uses pip's configured index and certificates.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import requests
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


def fetch(package: Package, client: PyPISimple) -> None:
    """Download, check and unpack one package; nothing to do when it is there in this version."""
    destination = ROOT / package.destination
    mark = destination / ".sha256"
    if mark.exists() and mark.read_text() == package.sha256:
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive.tar.gz"
        page = client.get_project_page(package.project)
        found = [p for p in page.packages if p.version == package.version]
        if not found:
            sys.exit(f"{package.project} {package.version} is not in the package index")
        client.download_package(found[0], archive, verify=False)  # its digest is checked here
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != package.sha256:
            sys.exit(f"{package.project} {package.version}: digest {digest} is not the pinned one")
        with tarfile.open(archive) as tar:
            tar.extractall(folder)  # what is in it was pinned with its digest
        source = next(Path(folder).glob(f"*/{package.folder}"))
        shutil.rmtree(destination, ignore_errors=True)
        shutil.copytree(source, destination)
    mark.write_text(package.sha256)


def client() -> PyPISimple:
    """As pip is configured on this machine."""
    settings = _pip_settings()
    session = requests.Session()
    session.verify = settings.get("cert", True)
    return PyPISimple(settings.get("index-url", PYPI_SIMPLE_ENDPOINT), session=session)


def _pip_settings() -> dict[str, str]:
    """What `pip config list` says: lines like global.cert='...', the environment's as :env:."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^(:env:|global|install|download)\.([\w-]+)='(.*)'$", listed, re.M)
    return {name: value for _, name, value in sorted(found, key=lambda f: f[0] == ":env:")}


def main() -> None:
    """Fetch everything that is missing."""
    with client() as index:
        for package in PACKAGES:
            try:
                fetch(package, index)
            except requests.RequestException as error:
                sys.exit(f"{package.project} {package.version} could not be fetched: {error}")


if __name__ == "__main__":
    main()
