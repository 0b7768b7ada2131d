/* What the kernel can do for a netcat: sendfile(2) from a file, splice(2) between pipes and sockets.
 *
 *     bulk send PORT   standard input -> 127.0.0.1:PORT
 *     bulk recv PORT   one caller at 127.0.0.1:PORT -> standard output
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

static struct sockaddr_in loopback(const char *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int is(int fd, mode_t kind)
{
    struct stat about;
    if (fstat(fd, &about) < 0)
        err(1, "fstat");
    return (about.st_mode & S_IFMT) == kind;
}

static void splice_all(int from, int to)
{
    ssize_t n;
    while ((n = splice(from, NULL, to, NULL, CHUNK, SPLICE_F_MOVE)) > 0)
        continue;
    if (n < 0)
        err(1, "splice");
}

/* From a socket to what is no pipe, a pipe has to stand between. */
static void splice_through_pipe(int from, int to)
{
    int fds[2];
    ssize_t n;
    if (pipe(fds) < 0)
        err(1, "pipe");
    fcntl(fds[1], F_SETPIPE_SZ, CHUNK);
    while ((n = splice(from, NULL, fds[1], NULL, CHUNK, SPLICE_F_MOVE)) > 0) {
        while (n > 0) {
            ssize_t out = splice(fds[0], NULL, to, NULL, n, SPLICE_F_MOVE);
            if (out <= 0)
                err(1, "splice out");
            n -= out;
        }
    }
    if (n < 0)
        err(1, "splice in");
}

static void send_all(const char *port)
{
    struct sockaddr_in address = loopback(port);
    int to = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(to, (struct sockaddr *)&address, sizeof address) < 0)
        err(1, "connect");
    if (is(0, S_IFREG)) {
        ssize_t n;
        while ((n = sendfile(to, 0, NULL, CHUNK)) > 0)
            continue;
        if (n < 0)
            err(1, "sendfile");
    } else {
        splice_all(0, to);
    }
    close(to);
}

static void receive_all(const char *port)
{
    struct sockaddr_in address = loopback(port);
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1) < 0)
        err(1, "listen");
    int from = accept(listener, NULL, NULL);
    if (from < 0)
        err(1, "accept");
    if (is(1, S_IFIFO))
        splice_all(from, 1);
    else
        splice_through_pipe(from, 1);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        errx(2, "usage: bulk send|recv PORT");
    if (strcmp(argv[1], "send") == 0)
        send_all(argv[2]);
    else
        receive_all(argv[2]);
    return 0;
}
