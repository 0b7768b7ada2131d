/* A UDP echo as the manual page has it: one recvfrom(2), one sendto(2).   udpecho PORT */
#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    char buffer[65536];
    if (argc != 2)
        errx(2, "usage: udpecho PORT");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(atoi(argv[1]));
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        err(1, "bind");
    for (;;) {
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
        if (n >= 0)
            sendto(fd, buffer, n, 0, (struct sockaddr *)&from, length);
    }
}
