"""A file or pipe, through a socket, to nowhere, a pipe or a file. Both ends share a core, so that time is CPU time."""
import os
import subprocess
import time

from .machine import SOCK, built
from .measure import Goal, Row, Sample
from .process import MEASURED, finish, free_port, scratch, start, wait_until_bound

MEBIBYTES = 1024
GIBIBYTES = MEBIBYTES / 1024

# How each sends standard input, and receives to standard output.
PAIRS = {
    "sock": (lambda port: [SOCK, "connect", "127.0.0.1", port], lambda port: [SOCK, "listen", "127.0.0.1", port]),
    "C sendfile+splice": (lambda port: [built("bulk"), "send", port], lambda port: [built("bulk"), "recv", port]),
    "nc": (lambda port: ["nc", "-N", "127.0.0.1", port], lambda port: ["nc", "-l", "127.0.0.1", port]),
    "socat -b131072": (
        lambda port: ["socat", "-u", "-b131072", "STDIN", f"TCP:127.0.0.1:{port}"],
        lambda port: ["socat", "-u", "-b131072", f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr", "STDOUT"]),
    "ncat": (
        lambda port: ["ncat", "--send-only", "127.0.0.1", port],
        lambda port: ["ncat", "--recv-only", "-l", "127.0.0.1", port]),
}

# It measures and carries nothing: what it receives it drops.
IPERF = (
    lambda port: ["iperf3", "-c", "127.0.0.1", "-p", port, "-n", f"{MEBIBYTES}M", "-F", big_file()],
    lambda port: ["iperf3", "-s", "-1", "-B", "127.0.0.1", "-p", port])


def rows() -> list[Row]:
    return [
        Row("file-null", "1 GiB from a file, through a socket, to /dev/null", "GiB", contestants(from_file, to_null, PAIRS | {"iperf3": IPERF}), [
            Goal("rate", ">=", 2.2, "nc"), Goal("rate", ">=", 2.2, "socat -b131072"), Goal("cpu", "<=", 1.15, "C sendfile+splice")],
            "The limit of this machine is C's sendfile and splice with nothing else to do: what it does not reach beside a peer, nobody can. "
            "The rest is starting two programs, which is in the time."),
        Row("pipe-pipe", "1 GiB from a pipe, through a socket, to a pipe", "GiB", contestants(from_pipe, to_pipe), [
            Goal("rate", ">=", 1.4, "socat -b131072"), Goal("rate", ">=", 2.5, "nc")],
            "The pipes at both ends are filled and drained on the other core, and how long they make us wait is most of the difference."),
        Row("file-file", "1 GiB from a file, through a socket, to a new file", "GiB", contestants(from_file, to_file), [
            Goal("rate", ">=", 2.5, "nc")],
            "Making the pages of the new file is most of the time, and the same for everybody: see what C reaches."),
    ]


def contestants(source, sink, pairs=PAIRS):
    return {name: lambda send=send, receive=receive: carry(send, receive, source, sink) for name, (send, receive) in pairs.items()}


def carry(send, receive, source, sink) -> Sample:
    port = free_port()
    with_sink, after = sink(receive(str(port)))
    wait_until_bound(port)
    begun = time.monotonic()
    sent = source(send(str(port)), begun)
    received = finish(with_sink, begun)
    after()
    return Sample(rate=GIBIBYTES / received.wall, cpu=(sent.cpu + received.cpu) / GIBIBYTES)


def from_file(command, begun):
    with open(big_file(), "rb") as file:
        return finish(start(command, MEASURED, stdin=file), begun)


def from_pipe(command, begun):
    filler = start([built("pipe"), "fill", str(MEBIBYTES)], MEASURED, stdout=subprocess.PIPE)
    sender = start(command, MEASURED, stdin=filler.stdout)
    filler.stdout.close()
    used = finish(sender, begun)
    filler.wait()
    return used


def to_null(command):
    return start(command, MEASURED), lambda: None


def to_pipe(command):
    receiver = start(command, MEASURED, stdout=subprocess.PIPE)
    drain = start([built("pipe"), "drain"], MEASURED, stdin=receiver.stdout)
    receiver.stdout.close()
    return receiver, drain.wait


def to_file(command):
    path = os.path.join(scratch(), "sock-bench-received")
    with open(path, "wb") as file:
        receiver = start(command, MEASURED, stdout=file)

    def check():
        size = os.path.getsize(path)
        os.unlink(path)
        if size != MEBIBYTES << 20:
            raise RuntimeError(f"{size} bytes arrived")

    return receiver, check


def big_file() -> str:
    path = os.path.join(scratch(), "sock-bench-file")
    if not os.path.exists(path) or os.path.getsize(path) != MEBIBYTES << 20:
        block = os.urandom(1 << 20)
        with open(path, "wb") as file:
            for _ in range(MEBIBYTES):
                file.write(block)
    return path
