/* Keeps so many datagrams on the way to an echo server and back. Prints how many came back. With SEGMENTS it sends so many
 * as one, which the kernel cuts apart where it has to, and takes what came as one.
 *
 *     udpload PORT WINDOW SIZE SECONDS [SEGMENTS]
 */
#include "load.h"
#include <netinet/udp.h>
#include <stdio.h>

enum { LARGEST = 65507, ROOM = 4 << 20 };

static char message[LARGEST], answer[LARGEST];

static void set(int fd, int level, int option, int value)
{
    if (setsockopt(fd, level, option, &value, sizeof value) < 0)
        err(1, "setsockopt");
}

int main(int argc, char **argv)
{
    if (argc != 5 && argc != 6)
        errx(2, "usage: udpload PORT WINDOW SIZE SECONDS [SEGMENTS]");
    struct sockaddr_in to = loopback(argv[1]);
    int window = atoi(argv[2]), size = atoi(argv[3]), segments = argc == 6 ? atoi(argv[5]) : 1;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (segments > 1) {
        set(fd, SOL_UDP, UDP_SEGMENT, size);
        set(fd, SOL_UDP, UDP_GRO, 1);
        set(fd, SOL_SOCKET, SO_RCVBUF, ROOM);
    }
    struct timeval patience = { .tv_usec = 50000 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
        err(1, "connect");

    long came = 0;
    int outstanding = 0;
    for (double end = now() + atof(argv[4]); now() < end;) {
        while (outstanding + segments <= window && send(fd, message, segments * size, 0) == segments * size)
            outstanding += segments;
        ssize_t got = recv(fd, answer, sizeof answer, 0);
        if (got < 0) {
            if (errno != EAGAIN)
                err(1, "recv");
            outstanding = 0;    /* lost: a full buffer somewhere */
            continue;
        }
        do {
            int datagrams = (got + size - 1) / size;
            came += datagrams;
            outstanding -= datagrams;
        } while (outstanding > window / 2 && (got = recv(fd, answer, sizeof answer, MSG_DONTWAIT)) >= 0);
    }
    printf("%ld\n", came);
    return 0;
}
