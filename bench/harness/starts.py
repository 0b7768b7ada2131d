"""Programs that start, do one thing and end: whole processes are timed."""
import os
import statistics
import subprocess
import tempfile
from contextlib import contextmanager

from .machine import SOCK, built
from .measure import Goal, Row, Sample
from .process import LOAD, MEASURED, free_port, output_of, run, scratch, serving

STARTS = 20
TLS_STARTS = 5
SCANNED = 20000


def rows() -> list[Row]:
    return [
        Row("start", "start, one byte there and back, end", "start", {
            "sock": lambda: one_byte([SOCK, "connect", "127.0.0.1"]),
            "nc": lambda: one_byte(["nc", "-N", "127.0.0.1"]),
            "socat": lambda: one_byte(["socat", "-"], "TCP:127.0.0.1:{}"),
            "ncat": lambda: one_byte(["ncat", "127.0.0.1"]),
        }, [Goal("wall", "<=", 2.2, "nc"), Goal("wall", "<=", 1.1, "socat"), Goal("wall", "<=", 0.08, "ncat"),
            Goal("memory", "<=", 9 << 20, "")],
            "More than half of the instructions are the runtime's tables for types, which are made before Main; a program that does nothing but write a "
            "byte costs 1.35 times nc, one over .NET's sockets 1.7 times. docs/performance.md has the parts, and what was tried."),
        Row("tls-start", "start, a TLS handshake without verifying, one answer, end", "start", {
            "sock": lambda: tls([SOCK, "connect", "--tls", "--insecure", "127.0.0.1", "{port}"]),
            "openssl": lambda: tls(["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:{port}"]),
            "ncat": lambda: tls(["ncat", "--ssl", "127.0.0.1", "{port}"]),
        }, [Goal("wall", "<=", 0.35, "openssl")],
            "Four fifths are OpenSSL's, or the runtime's around it: docs/performance.md."),
        Row("tls-verify", "start, a TLS handshake with verifying, one answer, end", "start", {
            "sock": lambda: tls([SOCK, "connect", "--tls", "--ca-file", "{ca}", "localhost", "{port}"]),
            "ncat": lambda: tls(["ncat", "--ssl-verify", "--ssl-trustfile", "{ca}", "localhost", "{port}"]),
        }, [Goal("wall", "<=", 1.0, "ncat")],
            "Four fifths are OpenSSL's, or the runtime's around it, such as a first context that only asks what this OpenSSL can do: "
            "docs/performance.md."),
        Row("scan", f"scan of {SCANNED:,} closed ports", "scan", {
            "sock": lambda: scan([SOCK, "scan", "127.0.0.1", f"30001-{30000 + SCANNED}"]),
            "nc": lambda: scan(["nc", "-z", "-n", "127.0.0.1", f"30001-{30000 + SCANNED}"]),
            "nmap": lambda: scan(["nmap", "-n", "-Pn", "-sT", "-T5", "-p", f"30001-{30000 + SCANNED}", "127.0.0.1"]),
        }, [Goal("wall", "<=", 0.6, "nc")]),
    ]


def one_byte(command: list[str], last: str = "{}") -> Sample:
    port = free_port()
    with serving([built("echo"), str(port)], port, core=LOAD):
        return started(STARTS, "x", [*command, last.format(port)])


def tls(command: list[str]) -> Sample:
    port = free_port()
    with certificate() as (key, ca), serving(
            ["openssl", "s_server", "-quiet", "-www", "-accept", str(port), "-key", key, "-cert", ca], port, core=LOAD):
        return started(TLS_STARTS, "GET / HTTP/1.0\r\n\r\n", [word.format(port=port, ca=ca) for word in command])


def scan(command: list[str]) -> Sample:
    """nc and sock say by their exit codes that no port was open."""
    used = run(command, MEASURED, good=(0, 1, 4))
    return Sample(wall=used.wall, cpu=used.cpu)


def started(count: int, said: str, command: list[str]) -> Sample:
    lines = output_of([built("start"), str(count), said, *command], MEASURED).splitlines()
    walls, cpus, peaks = zip(*(map(float, line.split()[:3]) for line in lines))
    return Sample(wall=statistics.median(walls), cpu=statistics.median(cpus), memory=max(peaks) * 1024)


@contextmanager
def certificate():
    """A key and a self-signed certificate for localhost."""
    with tempfile.TemporaryDirectory(dir=scratch()) as directory:
        key, ca = os.path.join(directory, "key.pem"), os.path.join(directory, "ca.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", ca], check=True, capture_output=True)
        yield key, ca
