"""Fetch the front end's third-party files, so that nobody who runs this needs npm.

    python deploy/vendor.py           fetch what vendor.toml names and write it to watch/static/vendor
    python deploy/vendor.py --check   only compare the files that are here with vendor.toml

The files are committed. Run the first form after changing a version in vendor.toml: it prints the
sha256 of each file that differs and writes nothing until vendor.toml agrees.
"""

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "deploy" / "vendor.toml"
DESTINATION = ROOT / "watch" / "static" / "vendor"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fetched(package: str, version: str, folder: Path) -> tarfile.TarFile:
    """The package's tarball as the registry serves it; no install script is run."""
    done = subprocess.run(
        ["npm", "pack", f"{package}@{version}", "--silent", "--pack-destination", str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return tarfile.open(folder / done.stdout.strip().splitlines()[-1])


def member(tarball: tarfile.TarFile, name: str) -> bytes:
    content = tarball.extractfile(f"package/{name}")
    if content is None:
        raise SystemExit(f"{name} is not a file in the package")
    return content.read()


def differences(files: dict[str, bytes], wanted: dict[str, str]) -> list[str]:
    return [
        f"{name}: is {sha256(content)}, vendor.toml says {wanted[name]}"
        for name, content in files.items()
        if sha256(content) != wanted[name]
    ]


def from_registry(packages: list[dict]) -> dict[str, bytes]:
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            with fetched(package["name"], package["version"], Path(folder)) as tarball:
                for file in package["files"]:
                    files[file["to"]] = member(tarball, file["from"])
    return files


def from_disk(wanted: dict[str, str]) -> dict[str, bytes]:
    return {
        name: (DESTINATION / name).read_bytes() if (DESTINATION / name).exists() else b"" for name in wanted
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description="Fetch the front end's third-party files.")
    arguments.add_argument("--check", action="store_true", help="compare only; needs no network")
    check = arguments.parse_args().check

    packages = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["package"]
    wanted = {file["to"]: file["sha256"] for package in packages for file in package["files"]}
    files = from_disk(wanted) if check else from_registry(packages)

    if wrong := differences(files, wanted):
        sys.exit("\n".join(wrong))
    if check:
        return
    for name, content in files.items():
        path = DESTINATION / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"{len(content):>8}  {name}")


if __name__ == "__main__":
    main()
