"""What is measured, built and installed; and what of it has which version."""
import os
import platform
import shutil
import subprocess
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
BUILT = BENCH / ".built"
SOCK = str(ROOT / "bin" / "sock")

PACKAGES = {
    "gcc": "gcc", "nc": "netcat-openbsd", "ncat": "ncat", "socat": "socat", "iperf3": "iperf3", "haproxy": "haproxy",
    "nginx": "nginx-light", "curl": "curl", "wget": "wget", "go": "golang-go", "nmap": "nmap", "openssl": "openssl",
}

VERSIONS = {
    "sock": [SOCK, "--version"], "C": ["gcc", "--version"], "Go": ["go", "version"], "nc": ["dpkg-query", "-W", "netcat-openbsd"],
    "ncat": ["ncat", "--version"], "socat": ["socat", "-V"], "iperf3": ["iperf3", "--version"], "haproxy": ["haproxy", "-v"],
    "nginx": ["nginx", "-v"], "curl": ["curl", "--version"], "wget": ["wget", "--version"], "nmap": ["nmap", "--version"],
    "openssl": ["openssl", "version"],
}


def prepare() -> None:
    """Installs the peers that are missing, and builds sock, the references and the load generators."""
    missing = sorted({package for program, package in PACKAGES.items() if not has(program)})
    if missing and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "libc6-dev", *missing], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([ROOT / "sock", "--version"], check=True, stdout=subprocess.DEVNULL)
    BUILT.mkdir(exist_ok=True)
    for source in [*BENCH.glob("reference/*.c"), *BENCH.glob("load/*.c")]:
        build(source, ["gcc", "-O2", "-Wall", "-Wextra", "-pthread", "-o"])
    for source in BENCH.glob("peers/*.go"):
        if has("go"):
            build(source, ["go", "build", "-o"], name="go-" + source.stem)
    for source in BENCH.glob("library/*.cs"):
        subprocess.run(["dotnet", "publish", source, "--output", BUILT], check=True, stdout=subprocess.DEVNULL)


def build(source: Path, command: list[str], name: str | None = None) -> None:
    program = BUILT / (name or source.stem)
    newest = max(path.stat().st_mtime for path in [source, *source.parent.glob("*.h")])
    if not program.exists() or program.stat().st_mtime < newest:
        subprocess.run([*command, program, source], check=True)


def built(name: str) -> str:
    return str(BUILT / name)


def has(program: str) -> bool:
    return shutil.which(program) is not None or Path("/usr/sbin", program).exists()


def version_of(name: str) -> str:
    """The first line that the program says of itself."""
    try:
        said = subprocess.run(VERSIONS[name], capture_output=True, text=True, check=False)
    except OSError:
        return "not installed"
    lines = (said.stdout + said.stderr).splitlines()
    return next((line.strip() for line in lines if any(c.isdigit() for c in line)), "unknown")


def about() -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    return f"{os.cpu_count()} cores ({model or platform.machine()}), Linux {platform.release()}"
