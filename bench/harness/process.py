"""Processes that are pinned to a core, and what they have used."""
import os
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Where there is one core alone, both are it.
CORES = sorted(os.sched_getaffinity(0))
MEASURED, LOAD = CORES[-1], CORES[0]
TICKS = os.sysconf("SC_CLK_TCK")
_next_port = 20000


@dataclass
class Usage:
    """Of a process that has ended."""
    wall: float
    cpu: float


def start(command: list[str], core: int, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) -> subprocess.Popen:
    return subprocess.Popen(
        command, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL, start_new_session=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}))


def finish(process: subprocess.Popen, begun: float, good: tuple[int, ...] = (0,), limit: float = 120) -> Usage:
    """Waits for its end, which has to be a good one."""
    with _killed_after(process, limit):
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in good:
        raise RuntimeError(f"{' '.join(map(str, process.args))}: exit code {process.returncode}")
    return Usage(time.monotonic() - begun, used.ru_utime + used.ru_stime)


def run(command: list[str], core: int, good: tuple[int, ...] = (0,)) -> Usage:
    begun = time.monotonic()
    return finish(start(command, core), begun, good)


def output_of(command: list[str], core: int) -> str:
    process = start(command, core, stdout=subprocess.PIPE)
    said, _ = process.communicate(timeout=300)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}")
    return said.decode().strip()


@contextmanager
def serving(command: list[str], port: int, udp: bool = False, core: int = MEASURED):
    """A server that is there as long as the block runs."""
    process = start(command, core)
    try:
        wait_until_bound(port, udp)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_bound(port: int, udp: bool = False) -> None:
    """Looks and does not connect: some servers take one caller only."""
    tables = ["/proc/net/udp", "/proc/net/udp6"] if udp else ["/proc/net/tcp", "/proc/net/tcp6"]
    state = "07" if udp else "0A"
    for _ in range(2000):
        for table in tables:
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[1].endswith(f":{port:04X}") and fields[3] == state:
                    return
        time.sleep(0.005)
    raise RuntimeError(f"nobody listens at port {port}")


def cpu_of(process: subprocess.Popen) -> float:
    """Seconds that it and its children that have ended have used so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS


def memory_of(process: subprocess.Popen) -> int:
    line = next(line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def free_port() -> int:
    """Another one each time, so that no connection that lingers is in the way."""
    global _next_port
    _next_port += 1
    return _next_port


def scratch() -> str:
    """A directory in memory where there is room: no disk is to be measured."""
    shm = os.statvfs("/dev/shm") if os.path.isdir("/dev/shm") else None
    roomy = shm is not None and shm.f_bavail * shm.f_frsize > 4 << 30
    return "/dev/shm" if roomy else tempfile.gettempdir()


@contextmanager
def _killed_after(process: subprocess.Popen, limit: float):
    def kill(_signal, _frame):
        os.killpg(process.pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.alarm(int(limit))
    try:
        yield
    finally:
        signal.alarm(0)
