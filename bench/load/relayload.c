/* Sends through a relay to a sink of its own: a few long connections, or as many short ones as it can.
 *
 *     relayload bulk RELAY SINK CONNECTIONS MEBIBYTES   prints the bytes that arrived
 *     relayload short RELAY SINK CONNECTIONS SECONDS    prints the conversations held (one byte there, one back)
 */
#define _GNU_SOURCE
#include "load.h"
#include <pthread.h>
#include <stdio.h>

enum { CHUNK = 1 << 20 };

static struct sockaddr_in relay;
static long amount;
static double until;
static int is_bulk, sink;

static void *serve(void *unused)
{
    char *buffer = malloc(CHUNK);
    long total = 0;
    (void)unused;
    for (;;) {
        int fd = accept(sink, NULL, NULL);
        if (fd < 0)
            return (void *)total;
        ssize_t n;
        /* What came is counted and not copied: MSG_TRUNC throws it away in the kernel. */
        while (is_bulk && (n = recv(fd, buffer, CHUNK, MSG_TRUNC)) > 0)
            total += n;
        if (!is_bulk && recv(fd, buffer, 1, 0) == 1)
            send(fd, buffer, 1, MSG_NOSIGNAL);
        close(fd);
        if (is_bulk)
            return (void *)total;
    }
}

static void *talk(void *unused)
{
    char *buffer = calloc(1, CHUNK);
    long done = 0;
    (void)unused;
    if (is_bulk) {
        int fd = connected(&relay);
        for (long left = amount; left > 0;) {
            ssize_t n = send(fd, buffer, left < CHUNK ? left : CHUNK, MSG_NOSIGNAL);
            if (n <= 0)
                err(1, "send");
            left -= n;
        }
        shutdown(fd, SHUT_WR);
        while (recv(fd, buffer, CHUNK, 0) > 0)
            continue;
        close(fd);
        return NULL;
    }
    for (; now() < until; done++) {
        int fd = connected(&relay);
        if (send(fd, buffer, 1, MSG_NOSIGNAL) != 1 || recv(fd, buffer, 1, 0) != 1)
            errx(1, "the relay lost a conversation");
        close(fd);
    }
    return (void *)done;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        errx(2, "usage: relayload bulk|short RELAY SINK CONNECTIONS AMOUNT");
    int on = 1, count = atoi(argv[4]);
    struct sockaddr_in at = loopback(argv[3]);
    is_bulk = strcmp(argv[1], "bulk") == 0;
    relay = loopback(argv[2]);
    amount = atol(argv[5]) << 20;
    until = now() + atof(argv[5]);
    sink = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(sink, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(sink, (struct sockaddr *)&at, sizeof at) < 0 || listen(sink, 4096) < 0)
        err(1, "listen");

    pthread_t servers[count], talkers[count];
    for (int i = 0; i < count; i++)
        pthread_create(&servers[i], NULL, serve, NULL);
    for (int i = 0; i < count; i++)
        pthread_create(&talkers[i], NULL, talk, NULL);
    long total = 0;
    for (int i = 0; i < count; i++) {
        void *part;
        pthread_join(talkers[i], &part);
        total += (long)part;
    }
    for (int i = 0; i < count && is_bulk; i++) {
        void *part;
        pthread_join(servers[i], &part);
        total += (long)part;
    }
    printf("%ld\n", total);
    return 0;
}
