/* Keeps so many datagrams on the way to an echo server and back. Prints how many came back.
 *
 *     udpload PORT WINDOW SIZE SECONDS
 */
#include "load.h"
#include <stdio.h>

enum { LARGEST = 65507, BATCH = 64 };

static char message[LARGEST], answer[LARGEST];

int main(int argc, char **argv)
{
    if (argc != 5)
        errx(2, "usage: udpload PORT WINDOW SIZE SECONDS");
    struct sockaddr_in to = loopback(argv[1]);
    int window = atoi(argv[2]), size = atoi(argv[3]), fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct timeval patience = { .tv_usec = 50000 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
        err(1, "connect");

    long came = 0;
    int outstanding = 0;
    for (double end = now() + atof(argv[4]); now() < end;) {
        while (outstanding < window && send(fd, message, size, 0) == size)
            outstanding++;
        ssize_t got = recv(fd, answer, sizeof answer, 0);
        if (got < 0) {
            if (errno != EAGAIN)
                err(1, "recv");
            outstanding = 0;    /* lost: a full buffer somewhere */
            continue;
        }
        do {
            came++;
            outstanding--;
        } while (outstanding > window / 2 && recv(fd, answer, sizeof answer, MSG_DONTWAIT) >= 0);
    }
    printf("%ld\n", came);
    return 0;
}
