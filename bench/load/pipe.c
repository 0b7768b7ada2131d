/* The two ends of a pipeline, cheaper than what stands between them.
 *
 *     pipe fill MEBIBYTES   writes so much
 *     pipe drain            reads to the end
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024, LARGEST_PIPE = 1 << 20 };

int main(int argc, char **argv)
{
    static char buffer[CHUNK];
    if (argc == 3 && strcmp(argv[1], "fill") == 0) {
        fcntl(1, F_SETPIPE_SZ, LARGEST_PIPE);
        for (long left = atol(argv[2]) << 20; left > 0;) {
            ssize_t n = write(1, buffer, left < CHUNK ? left : CHUNK);
            if (n < 0)
                err(1, "write");
            left -= n;
        }
    } else if (argc == 2 && strcmp(argv[1], "drain") == 0) {
        int null = open("/dev/null", O_WRONLY);
        fcntl(0, F_SETPIPE_SZ, LARGEST_PIPE);
        while (splice(0, NULL, null, NULL, LARGEST_PIPE, 0) > 0)
            continue;
    } else {
        errx(2, "usage: pipe fill MEBIBYTES | pipe drain");
    }
    return 0;
}
