"""A download over HTTP from a real server, to nowhere and to a file."""
import os
import tempfile
from contextlib import contextmanager

from .bulk import GIBIBYTES, MEBIBYTES, big_file
from .machine import SOCK
from .measure import Goal, Row, Sample
from .process import LOAD, MEASURED, free_port, run, scratch, serving

NGINX = """daemon off;
master_process off;
pid {directory}/pid;
error_log /dev/null;
events {{ }}
http {{
    access_log off;
    sendfile on;
    client_body_temp_path {directory};
    proxy_temp_path {directory};
    fastcgi_temp_path {directory};
    uwsgi_temp_path {directory};
    scgi_temp_path {directory};
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


def rows() -> list[Row]:
    return [
        Row("get-null", "1 GiB over HTTP to nowhere", "GiB", {
            "sock": lambda: download([SOCK, "get", "{url}"]),
            "curl": lambda: download(["curl", "-s", "{url}"]),
            "wget": lambda: download(["wget", "-q", "-O", "-", "{url}"]),
        }, [Goal("wall", "<=", 0.7, "curl")]),
        Row("get-file", "1 GiB over HTTP to a new file", "GiB", {
            "sock": lambda: download([SOCK, "get", "-o", "{file}", "{url}"]),
            "curl": lambda: download(["curl", "-s", "-o", "{file}", "{url}"]),
            "wget": lambda: download(["wget", "-q", "-O", "{file}", "{url}"]),
        }, [Goal("wall", "<=", 0.9, "curl")]),
    ]


def download(command: list[str]) -> Sample:
    port = free_port()
    target = os.path.join(scratch(), "sock-bench-download")
    source = big_file()
    with nginx(port, os.path.dirname(source)) as server, serving(server, port, core=LOAD):
        url = f"http://127.0.0.1:{port}/{os.path.basename(source)}"
        used = run([word.format(url=url, file=target) for word in command], MEASURED)
    if os.path.exists(target):
        size = os.path.getsize(target)
        os.unlink(target)
        if size != MEBIBYTES << 20:
            raise RuntimeError(f"{size} bytes arrived")
    return Sample(wall=used.wall / GIBIBYTES, cpu=used.cpu / GIBIBYTES)


@contextmanager
def nginx(port: int, root: str):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "nginx.conf")
        with open(path, "w") as file:
            file.write(NGINX.format(directory=directory, port=port, root=root))
        yield ["nginx", "-c", path]
