"""A relay between a load generator and its own sink: CPU for many bytes, and short conversations a second."""
import os

from .machine import SOCK, built
from .measure import Goal, Row, Sample
from .process import LOAD, cpu_of, free_port, output_of, scratch, serving

CONNECTIONS = 8
MEBIBYTES_EACH = 256
SECONDS = 2

HAPROXY = """global
    nbthread 1
    maxconn 4000
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen relay
    bind 127.0.0.1:{start}
    server sink 127.0.0.1:{end}
"""


def haproxy(start: int, end: int) -> list[str]:
    path = os.path.join(scratch(), "sock-bench-haproxy.cfg")
    with open(path, "w") as file:
        file.write(HAPROXY.format(start=start, end=end))
    return ["haproxy", "-db", "-f", path]


RELAYS = {
    "sock": lambda start, end: [SOCK, "relay", f"127.0.0.1:{start}", f"127.0.0.1:{end}"],
    "C splice": lambda start, end: [built("relay"), str(start), str(end)],
    "Go": lambda start, end: ["env", "GOMAXPROCS=1", built("go-relay"), str(start), str(end)],
    "haproxy": haproxy,
    "socat": lambda start, end: ["socat", f"TCP-LISTEN:{start},bind=127.0.0.1,fork,reuseaddr,backlog=1024", f"TCP:127.0.0.1:{end}"],
}


def rows() -> list[Row]:
    return [
        Row("relay-bulk", f"a relay with {CONNECTIONS} long connections", "GiB", asked(bulk), [
            Goal("cpu", "<=", 1.05, "C splice"), Goal("cpu", "<=", 0.9, "Go"), Goal("cpu", "<=", 0.45, "haproxy"),
            Goal("cpu", "<=", 0.22, "socat")]),
        Row("relay-short", f"a relay with short conversations, {CONNECTIONS} at once", "conversation", asked(short), [
            Goal("rate", ">=", 1.2, "Go"), Goal("rate", ">=", 6, "socat")],
            "A conversation is 31 system calls, and 19 in C. The kernel's share of ours alone, three quarters, is as much as C needs for all; "
            "C itself is the limit for what can be reached beside Go. docs/performance.md has the parts."),
    ]


def asked(load):
    return {name: lambda relay=relay: load(relay) for name, relay in RELAYS.items()}


def bulk(relay) -> Sample:
    start, end = free_port(), free_port()
    with serving(relay(start, end), start) as process:
        load(["bulk", start, end, 1, 16])
        before = cpu_of(process)
        gibibytes = load(["bulk", start, end, CONNECTIONS, MEBIBYTES_EACH]) / (1 << 30)
        return Sample(cpu=(cpu_of(process) - before) / gibibytes)


def short(relay) -> Sample:
    start, end = free_port(), free_port()
    with serving(relay(start, end), start) as process:
        load(["short", start, end, CONNECTIONS, 1])
        before = cpu_of(process)
        held = load(["short", start, end, CONNECTIONS, SECONDS])
        return Sample(rate=held / SECONDS, cpu=(cpu_of(process) - before) / held)


def load(words) -> int:
    return int(output_of([built("relayload"), *map(str, words)], LOAD))
