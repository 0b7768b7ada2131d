/* Asks an echo server on many connections: on each, one message at a time. When all of them have stood and been answered
 * for a while it prints an empty line; then, SECONDS later, how many messages were answered meanwhile.
 *
 *     echoload PORT CONNECTIONS SIZE SECONDS
 */
#include "load.h"
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>

enum { EVENTS = 512, LARGEST = 65536, WARM = 5 };

struct client {
    int fd;
    int missing;
};

static char message[LARGEST], answer[LARGEST];

static void ask(struct client *client, int size)
{
    if (send(client->fd, message, size, MSG_NOSIGNAL) != size)
        err(1, "send");
    client->missing = size;
}

/* Goes on for so long, and until so many are answered. */
static long exchange(int epoll, int size, double seconds, long least)
{
    long answered = 0;
    for (double end = now() + seconds; now() < end || answered < least;) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(epoll, events, EVENTS, 100);
        for (int i = 0; i < n; i++) {
            struct client *client = events[i].data.ptr;
            ssize_t got = recv(client->fd, answer, client->missing, MSG_DONTWAIT);
            if (got < 0 && errno == EAGAIN)
                continue;
            if (got <= 0)
                errx(1, "the server went away");
            client->missing -= got;
            if (client->missing > 0)
                continue;
            answered++;
            ask(client, size);
        }
    }
    return answered;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        errx(2, "usage: echoload PORT CONNECTIONS SIZE SECONDS");
    struct sockaddr_in to = loopback(argv[1]);
    int count = atoi(argv[2]), size = atoi(argv[3]), epoll = epoll_create1(0);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    memset(message, 'x', sizeof message);

    struct client *clients = calloc(count, sizeof *clients);
    for (int i = 0; i < count; i++) {
        clients[i].fd = connected(&to);
        epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = &clients[i] });
    }
    for (int i = 0; i < count; i++)
        ask(&clients[i], size);

    exchange(epoll, size, 0.5, WARM * count);
    puts("");
    fflush(stdout);
    printf("%ld\n", exchange(epoll, size, atof(argv[4]), 0));
    return 0;
}
