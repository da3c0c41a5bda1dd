/* Makes flushes and writes of the journal's files fail while a file says so: preloaded by io_errors.rs.
 * The file that JOURNAL_FAULT names holds "sync", "once" (one flush fails) or "write". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int of_journal(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, "journal.db") != NULL;
}

static int fails(int fd, const char *what) {
    const char *path = getenv("JOURNAL_FAULT");
    char mode[8] = {0};
    if (!path || !of_journal(fd)) return 0;
    int fault = open(path, O_RDONLY | O_CLOEXEC);
    if (fault < 0) return 0;
    ssize_t length = read(fault, mode, sizeof mode - 1);
    close(fault);
    if (length <= 0) return 0;
    int once = strcmp(mode, "once") == 0 && strcmp(what, "sync") == 0;
    if (!once && strcmp(mode, what) != 0) return 0;
    if (once) unlink(path);
    errno = EIO;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd) { return fails(fd, "sync") ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fails(fd, "sync") ? -1 : NEXT(fdatasync)(fd); }
ssize_t write(int fd, const void *bytes, size_t size) {
    return fails(fd, "write") ? -1 : NEXT(write)(fd, bytes, size);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    return fails(fd, "write") ? -1 : NEXT(pwrite)(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    return fails(fd, "write") ? -1 : NEXT(pwrite64)(fd, bytes, size, at);
}
