/* Asks an echo server on many connections: on each, one message at a time. Prints how many were answered.
 *
 *     echoload PORT CONNECTIONS SIZE SECONDS
 */
#include "load.h"
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>

enum { EVENTS = 512, LARGEST = 65536 };

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

    long answered = 0;
    for (double end = now() + atof(argv[4]); now() < end;) {
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
    printf("%ld\n", answered);
    return 0;
}
