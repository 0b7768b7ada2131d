/* A relay on one epoll loop that moves bytes by splice(2) through pipes: what the kernel can do.
 *
 *     relay FROM TO    every caller at 127.0.0.1:FROM is connected with 127.0.0.1:TO
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 1 << 20, EVENTS = 256, POOL = 4096 };

/* One direction: from -> pipe -> to. */
struct flow {
    int from, to, pipe[2];
    size_t held;
    int ended, done;
};

struct pair {
    int fds[2];
    struct flow flows[2];
};

static int pool[POOL][2], pooled;

static void take_pipe(int fds[2])
{
    if (pooled > 0) {
        pooled--;
        fds[0] = pool[pooled][0];
        fds[1] = pool[pooled][1];
    } else if (pipe2(fds, O_NONBLOCK) < 0) {
        err(1, "pipe");
    } else {
        fcntl(fds[1], F_SETPIPE_SZ, 256 * 1024);
    }
}

static void give_pipe(struct flow *flow)
{
    if (flow->held == 0 && pooled < POOL) {
        pool[pooled][0] = flow->pipe[0];
        pool[pooled][1] = flow->pipe[1];
        pooled++;
    } else {
        close(flow->pipe[0]);
        close(flow->pipe[1]);
    }
}

/* Moves what can be moved now; -1 when the direction is broken. */
static int move(struct flow *flow)
{
    while (!flow->done) {
        int moved = 0;
        if (!flow->ended) {
            ssize_t in = splice(flow->from, NULL, flow->pipe[1], NULL, CHUNK, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
            if (in > 0)
                flow->held += in, moved = 1;
            else if (in == 0)
                flow->ended = 1;
            else if (errno != EAGAIN && errno != ENOTCONN)
                return -1;
        }
        while (flow->held > 0) {
            ssize_t out = splice(flow->pipe[0], NULL, flow->to, NULL, flow->held, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
            if (out > 0)
                flow->held -= out, moved = 1;
            else if (errno == EAGAIN)
                return 0;
            else
                return -1;
        }
        if (flow->ended) {
            shutdown(flow->to, SHUT_WR);
            flow->done = 1;
        } else if (!moved) {
            return 0;
        }
    }
    return 0;
}

static void end(struct pair *pair)
{
    close(pair->fds[0]);
    close(pair->fds[1]);
    give_pipe(&pair->flows[0]);
    give_pipe(&pair->flows[1]);
    pair->fds[0] = -1;
}

static struct sockaddr_in loopback(const char *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void admit(int epoll, int caller, struct sockaddr_in *to)
{
    struct pair *pair = calloc(1, sizeof *pair);
    int on = 1, callee = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connect(callee, (struct sockaddr *)to, sizeof *to) < 0 && errno != EINPROGRESS)
        err(1, "connect");
    setsockopt(caller, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(callee, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pair->fds[0] = caller;
    pair->fds[1] = callee;
    for (int i = 0; i < 2; i++) {
        struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = pair };
        pair->flows[i].from = pair->fds[i];
        pair->flows[i].to = pair->fds[1 - i];
        take_pipe(pair->flows[i].pipe);
        epoll_ctl(epoll, EPOLL_CTL_ADD, pair->fds[i], &event);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3)
        errx(2, "usage: relay FROM TO");
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in from = loopback(argv[1]), to = loopback(argv[2]);
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&from, sizeof from) < 0 || listen(listener, 4096) < 0)
        err(1, "listen");
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &(struct epoll_event){ .events = EPOLLIN });
    for (;;) {
        struct epoll_event events[EVENTS];
        struct pair *over[EVENTS];
        int ended = 0, n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct pair *pair = events[i].data.ptr;
            if (pair == NULL) {
                int caller;
                while ((caller = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
                    admit(epoll, caller, &to);
            } else if (pair->fds[0] >= 0) {
                int broken = move(&pair->flows[0]) < 0 || move(&pair->flows[1]) < 0;
                if (broken || (pair->flows[0].done && pair->flows[1].done)) {
                    end(pair);
                    over[ended++] = pair;
                }
            }
        }
        while (ended > 0)
            free(over[--ended]);
    }
}
