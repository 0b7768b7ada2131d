"""Echo servers on one core: CPU for each request or datagram, and memory for each idle connection."""
import socket
import subprocess

from .machine import SOCK, built
from .measure import Goal, Row, Sample
from .process import LOAD, cpu_of, free_port, memory_of, output_of, serving, start

SIZE = 64
SECONDS = 2
IDLE = 5000
WINDOW = 32
JOINED = 64

# The library on .NET's own engine, as it is by default, and where its host has completions run in place.
STOCK, IN_PLACE = "stock engine", "stock engine in place"
STREAM = {
    "sock": lambda port: [SOCK, "serve", f"echo={port}", "--host", "127.0.0.1", "--max-conns", "20000"],
    STOCK: lambda port: [built("stock-echo"), str(port)],
    IN_PLACE: lambda port: ["env", "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1", built("stock-echo"), str(port)],
    "C epoll": lambda port: [built("echo"), str(port)],
    "Go": lambda port: ["env", "GOMAXPROCS=1", built("go-echo"), str(port)],
}
DATAGRAM = {
    "sock": lambda port: [SOCK, "serve", f"echo={port}", "--host", "127.0.0.1", "--rate", "0"],
    "C recvfrom": lambda port: [built("udpecho"), str(port)],
}


def rows() -> list[Row]:
    return [
        *(Row(f"echo-{count}", f"echo of {SIZE} bytes on {count:,} connections", "request", streams(count), [
            Goal("cpu", "<=", most, "C epoll"), *([Goal("cpu", "<=", 1.4, "C epoll", IN_PLACE)] if count <= 1000 else [])],
            "Two system calls a request are 83 % of the time, as they are in C; .NET's asynchronous methods and the library share most of the rest: "
            "docs/performance.md. On 64 connections 88 % of our time is the kernel's, which is 1.09 times all of C's; on 10,000 it is 82 %. The stock engine asks the "
            "kernel a third time, since it moves no bytes to tell that there are some.") for count, most in ((64, 1.2), (1000, 1.2), (10000, 1.05))),
        Row("idle", f"{IDLE:,} connections on which nothing happens: memory of each", "connection",
            {name: lambda server=server: idle(server) for name, server in STREAM.items()}, [
                Goal("memory", "<=", 1024, ""), Goal("memory", "<=", 2.2 * 1024, "", STOCK)],
            "1.8 KB are objects that wait, .NET's socket and asynchronous methods half of them (docs/design.md, \"The readiness loop\"); the rest "
            "is the collector's room. No buffer is among it. On the stock engine the objects are 2.3 KB."),
        Row("udp", f"UDP echo of {SIZE} bytes, {WINDOW} on the way", "datagram",
            {name: lambda server=server: datagrams(server) for name, server in DATAGRAM.items()}, [
                Goal("cpu", "<=", 0.8, "C recvfrom")],
                "The kernel's share, 87 % of ours, costs 0.76 of all that recvfrom and sendto cost. The rest judges each datagram by itself "
                "(access, rate, reflection), asks the handler and holds its answer."),
        Row("udp-gso", f"UDP echo of {SIZE} bytes, {JOINED} of one sender joined (GSO, GRO)", "datagram",
            {name: lambda server=server: datagrams(server, JOINED) for name, server in DATAGRAM.items()}, [
                Goal("cpu", "<=", 0.25, "C recvfrom")]),
    ]


def streams(connections: int):
    return {name: lambda server=server: requests(server, connections) for name, server in STREAM.items()}


def requests(server, connections: int) -> Sample:
    """Without the making of the connections: the generator says when they stand, and how many answers came from then on."""
    port = free_port()
    with serving(server(port), port) as process:
        with start([built("echoload"), str(port), str(connections), str(SIZE), str(SECONDS)], LOAD, stdout=subprocess.PIPE) as generator:
            generator.stdout.readline()
            before = cpu_of(process)
            answered = int(generator.stdout.readline())
            used = cpu_of(process) - before
        return Sample(rate=answered / SECONDS, cpu=used / answered)


def idle(server) -> Sample:
    port = free_port()
    with serving(server(port), port) as process:
        output_of([built("echoload"), str(port), "100", str(SIZE), "0.5"], LOAD)
        before = memory_of(process)
        clients = [said_hello(port) for _ in range(IDLE)]
        used = memory_of(process) - before
        for client in clients:
            client.close()
        return Sample(memory=used / IDLE)


def said_hello(port: int) -> socket.socket:
    """One that has been heard, so that the server has it for sure, and then says nothing."""
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"x")
    if client.recv(1) != b"x":
        raise RuntimeError("no echo")
    return client


def datagrams(server, joined: int = 1) -> Sample:
    port = free_port()
    words = ["udpload", port, WINDOW if joined == 1 else 4 * joined, SIZE]
    with serving(server(port), port, udp=True) as process:
        load([*words, 0.5, joined])
        before = cpu_of(process)
        came = load([*words, SECONDS, joined])
        return Sample(rate=came / SECONDS, cpu=(cpu_of(process) - before) / came)


def load(words) -> int:
    return int(output_of([built(str(words[0])), *map(str, words[1:])], LOAD))
