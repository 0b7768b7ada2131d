/* Starts a program again and again, feeds it, and reads what it says. A line each time: seconds, CPU seconds, peak KiB, bytes said.
 * It is small and forks early: a large parent's memory would count as the program's peak.
 *
 *     start COUNT INPUT COMMAND...
 */
#define _GNU_SOURCE
#include "load.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

static double seconds(struct timeval time)
{
    return time.tv_sec + time.tv_usec * 1e-6;
}

static void start_once(const char *input, char **command)
{
    int in[2], out[2], status;
    char buffer[4096];
    long said = 0;
    ssize_t n;
    struct rusage used;
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        err(1, "pipe");
    double begun = now();
    pid_t child = fork();
    if (child == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(open("/dev/null", O_WRONLY), 2);
        execvp(command[0], command);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    if (write(in[1], input, strlen(input)) < 0)
        err(1, "write");
    close(in[1]);
    while ((n = read(out[0], buffer, sizeof buffer)) > 0)
        said += n;
    close(out[0]);
    if (wait4(child, &status, 0, &used) < 0)
        err(1, "wait");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || said == 0)
        errx(1, "%s: status %d, %ld bytes", command[0], status, said);
    printf("%.6f %.6f %ld %ld\n", now() - begun, seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss, said);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        errx(2, "usage: start COUNT INPUT COMMAND...");
    for (int left = atoi(argv[1]); left > 0; left--)
        start_once(argv[2], argv + 3);
    return 0;
}
