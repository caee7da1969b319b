// Loaded before libc by kill.py: counts the calls that change files, and at the chosen one ends the process as `kill -9` would.
//
// KILL_AT=0 says each call on standard error and kills nothing. KILL_AT=k kills before the k-th; if that is a write, then after
// KILL_PART permille of its bytes, which is what a kill in the middle of a long write leaves.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long count;
static long at, part;

__attribute__((constructor)) static void begin(void) {
    at = atol(getenv("KILL_AT") ?: "0");
    part = atol(getenv("KILL_PART") ?: "0");
}

static void say(const char *name) {
    char line[32];
    size_t length = strlen(strcpy(line, name));
    line[length++] = '\n';
    syscall(SYS_write, 2, line, length);
}

static void end(const char *name) {
    say(name);
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

// Whether this call is the chosen one.
static int chosen(const char *name) {
    long number = atomic_fetch_add(&count, 1) + 1;
    if (at == 0) say(name);
    return number == at;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRAP(type, name, parameters, arguments)                                                                                  \
    type name parameters {                                                                                                       \
        if (chosen(#name)) end(#name);                                                                                           \
        return REAL(name) arguments;                                                                                             \
    }

WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, unlinkat, (int at_, const char *path, int flags), (at_, path, flags))
WRAP(int, rmdir, (const char *path), (path))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, mkdirat, (int at_, const char *path, mode_t mode), (at_, path, mode))
WRAP(int, ftruncate64, (int fd, off64_t length), (fd, length))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))

ssize_t write(int fd, const void *bytes, size_t length) {
    if (fd > 2 && chosen("write")) {
        if (part) REAL(write)(fd, bytes, length * part / 1000);
        end("write");
    }
    return REAL(write)(fd, bytes, length);
}

#define OPEN(name, before, pass)                                                                                                 \
    int name(before const char *path, int flags, ...) {                                                                          \
        va_list rest;                                                                                                            \
        va_start(rest, flags);                                                                                                   \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                                  \
        va_end(rest);                                                                                                            \
        if (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC) && chosen("open")) end("open");                                      \
        return REAL(name)(pass path, flags, mode);                                                                               \
    }
#define COMMA ,

OPEN(open, , )
OPEN(open64, , )
OPEN(openat, int at_ COMMA, at_ COMMA)
OPEN(openat64, int at_ COMMA, at_ COMMA)
