/* disk.c: a bad disk. Loaded in front of libc (LD_PRELOAD), it sees every write, sync, rename,
 * create, remove and new folder below one folder, of the program and of SQLite within it alike, and
 * needs no hook in either.
 *
 *   TAGWERK_DISK_UNDER=folder   what it looks at; everything else goes through untouched
 *   TAGWERK_DISK_LOG=file       one line per step, so that a test can count and name them
 *   TAGWERK_DISK_AT=n           the n-th step goes wrong, as TAGWERK_DISK_HOW says:
 *     enospc, eio               it fails once
 *     full                      it and all later writes fail: the disk stays full
 *     short, eintr              a write takes half, or nothing, and is to be repeated
 *     power                     the power is cut before it: exit code 101, and all that was not
 *                               synced is undone; `torn` leaves the first half of each write,
 *                               `some` leaves every other one
 *
 * The power model is strict: bytes are safe after a sync of their file, names (creates, renames,
 * removes, folders) after a sync of their folder, and nothing is safe otherwise. SQLite's shared
 * memory (-shm) is no storage and is left out. One thread is assumed. */
#define _GNU_SOURCE // NOLINT(bugprone-reserved-identifier): libc's own switch, for RTLD_NEXT

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CUT_EXIT 101
#define PATH_MAX_LEN 1024
#define EXPORT __attribute__((visibility("default")))

/* libc's own functions. */
static struct {
    ssize_t (*write)(int fd, const void *bytes, size_t len);
    ssize_t (*pwrite64)(int fd, const void *bytes, size_t len, off64_t at);
    int (*ftruncate64)(int fd, off64_t size);
    int (*fsync)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*mkdir)(const char *path, mode_t mode);
    int (*open64)(const char *path, int flags, ...);
} libc;

static void find(const char *name, void *into)
{
    void *found = dlsym(RTLD_NEXT, name);

    memcpy(into, &found, sizeof found); /* ISO C knows no cast to a function */
}

__attribute__((constructor)) static void find_all(void)
{
    find("write", &libc.write);
    find("pwrite64", &libc.pwrite64);
    find("ftruncate64", &libc.ftruncate64);
    find("fsync", &libc.fsync);
    find("rename", &libc.rename);
    find("unlink", &libc.unlink);
    find("mkdir", &libc.mkdir);
    find("open64", &libc.open64);
}

/* Others may call before any constructor ran. */
static void be_ready(void)
{
    if (!libc.open64)
        find_all();
}

/* ---- what is not safe yet ---- */

enum undo_kind { UNDO_BYTES, UNDO_CREATE, UNDO_RENAME, UNDO_REMOVE, UNDO_FOLDER };

struct undo {
    enum undo_kind kind;
    char path[PATH_MAX_LEN], from[PATH_MAX_LEN];
    off_t at, old_size;
    size_t len;     /* bytes that were written */
    char *old;      /* what stood there: up to old_len bytes */
    size_t old_len; /* of a rename or remove: the whole file that is gone */
    bool had_old;
    struct undo *before;
};

static struct undo *undos;

static struct undo *undo_new(enum undo_kind kind, const char *path)
{
    struct undo *undo = calloc(1, sizeof *undo);

    if (!undo)
        abort();
    undo->kind = kind;
    (void)snprintf(undo->path, sizeof undo->path, "%s", path);
    undo->before = undos;
    undos = undo;
    return undo;
}

static bool is_in(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    return strncmp(path, folder, len) == 0 && path[len] == '/' && !strchr(path + len + 1, '/');
}

/* A sync makes bytes of a file, or names in a folder, safe. */
static void forget(const char *path)
{
    for (struct undo **at = &undos; *at;) {
        struct undo *undo = *at;
        bool safe =
            undo->kind == UNDO_BYTES ? strcmp(undo->path, path) == 0 : is_in(undo->path, path);

        if (!safe) {
            at = &undo->before;
            continue;
        }
        *at = undo->before;
        free(undo->old);
        free(undo);
    }
}

static void keep_old(struct undo *undo, const char *path, off_t at, size_t len)
{
    int fd = libc.open64(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    ssize_t got;

    if (fd < 0)
        return;
    undo->had_old = true;
    if (fstat(fd, &st) == 0)
        undo->old_size = st.st_size;
    undo->old = malloc(len + 1);
    got = undo->old ? pread(fd, undo->old, len, at) : -1;
    undo->old_len = got > 0 ? (size_t)got : 0;
    (void)close(fd);
}

static size_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

static void note_bytes(const char *path, off_t at, size_t len)
{
    struct undo *undo = undo_new(UNDO_BYTES, path);

    undo->at = at;
    undo->len = len;
    keep_old(undo, path, at, len);
}

/* The whole of a file that is about to lose its name. */
static void note_lost(struct undo *undo, const char *path)
{
    keep_old(undo, path, 0, size_of(path));
}

/* ---- the power is cut ---- */

static void put_back(const char *path, const char *bytes, size_t len)
{
    int fd = libc.open64(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || libc.write(fd, bytes, len) != (ssize_t)len)
        abort();
    (void)close(fd);
}

/* From `from` on, the write has not happened; `shrink`: nothing later on the file has either. */
static void undo_bytes(const struct undo *undo, size_t from, bool shrink)
{
    int fd = libc.open64(undo->path, O_RDWR | O_CLOEXEC);
    char zero = 0;

    if (fd < 0)
        return;
    for (size_t i = from; i < undo->len; i++) {
        const char *byte = i < undo->old_len ? undo->old + i : &zero;

        if (i >= undo->old_len && shrink)
            break;
        (void)!libc.pwrite64(fd, byte, 1, undo->at + (off_t)i);
    }
    if (shrink) {
        off_t torn = undo->at + (off_t)from;

        (void)!libc.ftruncate64(fd, from && torn > undo->old_size ? torn : undo->old_size);
    }
    (void)close(fd);
}

static void undo_name(const struct undo *undo)
{
    if (undo->kind == UNDO_CREATE)
        (void)libc.unlink(undo->path);
    if (undo->kind == UNDO_FOLDER)
        (void)rmdir(undo->path);
    if (undo->kind == UNDO_RENAME)
        (void)libc.rename(undo->path, undo->from);
    if ((undo->kind == UNDO_RENAME || undo->kind == UNDO_REMOVE) && undo->had_old)
        put_back(undo->path, undo->old, undo->old_len);
}

static void cut_power(const char *how)
{
    bool torn = strcmp(how, "torn") == 0, some = strcmp(how, "some") == 0;
    unsigned count = 0;

    for (const struct undo *undo = undos; undo; undo = undo->before) {
        if (some && undo->kind == UNDO_BYTES && ++count % 2)
            continue; /* this one got there */
        if (undo->kind == UNDO_BYTES)
            undo_bytes(undo, torn ? undo->len / 2 : 0, !some);
        else
            undo_name(undo);
    }
    _exit(CUT_EXIT);
}

/* ---- steps ---- */

static bool is_watched(const char *path)
{
    const char *under = getenv("TAGWERK_DISK_UNDER");
    size_t len = under ? strlen(under) : 0, path_len = strlen(path);

    return len && strncmp(path, under, len) == 0 && path[len] == '/' &&
           !(path_len > 4 && strcmp(path + path_len - 4, "-shm") == 0);
}

static bool path_of(int fd, char out[static PATH_MAX_LEN])
{
    char link[64];
    ssize_t len;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    len = readlink(link, out, PATH_MAX_LEN - 1);
    if (len <= 0)
        return false;
    out[len] = '\0';
    return is_watched(out);
}

static void log_step(uint64_t number, const char *what, const char *path)
{
    const char *name = getenv("TAGWERK_DISK_LOG");
    char line[PATH_MAX_LEN + 64];
    int fd, len;

    if (!name)
        return;
    len = snprintf(line, sizeof line, "%llu %s %s\n", (unsigned long long)number, what, path);
    fd = libc.open64(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    (void)!libc.write(fd, line, (size_t)len);
    (void)close(fd);
}

/* What becomes of this step: "" nothing; else the word of TAGWERK_DISK_HOW. */
static const char *step(const char *what, const char *path)
{
    static uint64_t number;
    const char *at = getenv("TAGWERK_DISK_AT"), *how = getenv("TAGWERK_DISK_HOW");
    uint64_t wrong = at ? strtoull(at, NULL, 10) : 0;

    log_step(++number, what, path);
    if (!wrong || !how || number < wrong || (number > wrong && strcmp(how, "full") != 0))
        return "";
    if (strcmp(how, "power") == 0 || strcmp(how, "torn") == 0 || strcmp(how, "some") == 0)
        cut_power(how);
    return how;
}

/* Does the step fail? Then errno says how. */
static bool fails(const char *how)
{
    if (strcmp(how, "enospc") == 0 || strcmp(how, "full") == 0)
        errno = ENOSPC;
    else if (strcmp(how, "eio") == 0)
        errno = EIO;
    else
        return false;
    return true;
}

/* Of a write: how much of it is taken; false: it fails. */
static bool take(const char *how, size_t *len)
{
    if (fails(how))
        return false;
    if (strcmp(how, "eintr") == 0) {
        errno = EINTR;
        return false;
    }
    if (strcmp(how, "short") == 0 && *len > 1)
        *len /= 2;
    return true;
}

/* ---- what stands in front of libc ---- */

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's names are reserved */

EXPORT ssize_t write(int fd, const void *bytes, size_t len)
{
    char path[PATH_MAX_LEN];

    be_ready();
    if (!path_of(fd, path))
        return libc.write(fd, bytes, len);
    if (!take(step("write", path), &len))
        return -1;
    note_bytes(path, lseek(fd, 0, SEEK_CUR), len);
    return libc.write(fd, bytes, len);
}

EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    char path[PATH_MAX_LEN];

    be_ready();
    if (!path_of(fd, path))
        return libc.pwrite64(fd, bytes, len, at);
    if (!take(step("write", path), &len))
        return -1;
    note_bytes(path, at, len);
    return libc.pwrite64(fd, bytes, len, at);
}

EXPORT ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return pwrite64(fd, bytes, len, at);
}

EXPORT int ftruncate64(int fd, off64_t size)
{
    char path[PATH_MAX_LEN];
    size_t old;

    be_ready();
    if (!path_of(fd, path))
        return libc.ftruncate64(fd, size);
    if (fails(step("truncate", path)))
        return -1;
    old = size_of(path);
    note_bytes(path, size, old > (size_t)size ? old - (size_t)size : 0);
    return libc.ftruncate64(fd, size);
}

EXPORT int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

EXPORT int fsync(int fd)
{
    char path[PATH_MAX_LEN];

    be_ready();
    if (!path_of(fd, path))
        return libc.fsync(fd);
    if (fails(step("sync", path)))
        return -1;
    forget(path);
    return 0; /* this machine stays on */
}

EXPORT int fdatasync(int fd)
{
    return fsync(fd);
}

EXPORT int rename(const char *from, const char *to)
{
    struct undo *undo;

    be_ready();
    if (!is_watched(to))
        return libc.rename(from, to);
    if (fails(step("rename", to)))
        return -1;
    undo = undo_new(UNDO_RENAME, to);
    (void)snprintf(undo->from, sizeof undo->from, "%s", from);
    note_lost(undo, to);
    return libc.rename(from, to);
}

EXPORT int unlink(const char *path)
{
    be_ready();
    if (!is_watched(path) || access(path, F_OK) != 0)
        return libc.unlink(path);
    if (fails(step("remove", path)))
        return -1;
    note_lost(undo_new(UNDO_REMOVE, path), path);
    return libc.unlink(path);
}

EXPORT int mkdir(const char *path, mode_t mode)
{
    be_ready();
    if (!is_watched(path))
        return libc.mkdir(path, mode);
    if (fails(step("folder", path)))
        return -1;
    (void)undo_new(UNDO_FOLDER, path);
    return libc.mkdir(path, mode);
}

/* False: the open fails. */
static bool before_open(const char *path, int flags)
{
    bool there;

    if (!(flags & O_CREAT) || !is_watched(path))
        return true;
    there = access(path, F_OK) == 0;
    if (there && !(flags & O_TRUNC))
        return true;
    if (fails(step("create", path)))
        return false;
    if (there)
        note_bytes(path, 0, size_of(path));
    else
        (void)undo_new(UNDO_CREATE, path);
    return true;
}

EXPORT int open64(const char *path, int flags, ...)
{
    mode_t mode;
    va_list args;

    be_ready();
    va_start(args, flags);
    mode = (flags & O_CREAT) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return before_open(path, flags) ? libc.open64(path, flags, mode) : -1;
}

EXPORT int open(const char *path, int flags, ...)
{
    mode_t mode;
    va_list args;

    be_ready();
    va_start(args, flags);
    mode = (flags & O_CREAT) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return before_open(path, flags) ? libc.open64(path, flags, mode) : -1;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
