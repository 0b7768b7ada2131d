/* What an echo costs at least: one thread, epoll, level-triggered, a read and a write an event.
 *
 *     cc -O2 -o echo echo.c && ./echo PORT
 *
 * Prints nothing, serves 127.0.0.1 until it is killed. A client that does not read is dropped. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, BUFFER = 64 * 1024 };

static void fail_if(int failed, const char *what)
{
    if (failed) {
        perror(what);
        exit(1);
    }
}

static int listen_at(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    fail_if(bind(listener, (struct sockaddr *)&at, sizeof at) < 0, "bind");
    fail_if(listen(listener, 4096) < 0, "listen");
    return listener;
}

static void watch(int poll, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    fail_if(epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) < 0, "epoll_ctl");
}

static void accept_one(int poll, int listener)
{
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
    if (client < 0)
        return;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(poll, client);
}

static void echo(int client)
{
    static char buffer[BUFFER];
    ssize_t count = read(client, buffer, sizeof buffer);
    if (count <= 0 || write(client, buffer, count) != count)
        close(client);
}

int main(int argc, char **argv)
{
    fail_if(argc != 2, "usage: echo PORT");
    int listener = listen_at(atoi(argv[1])), poll = epoll_create1(0);
    struct epoll_event events[EVENTS];
    watch(poll, listener);
    for (;;) {
        int count = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                accept_one(poll, listener);
            else
                echo(events[i].data.fd);
        }
    }
}
