#include "core/file.h"

#include "core/gate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0600
#define FOLDER_MODE 0700

bool path_join(char out[static PATH_SIZE], struct err *err, ...)
{
    char joined[PATH_SIZE];
    size_t len = 0;
    const char *part;
    va_list args;
    bool fits = true;

    va_start(args, err);
    while ((part = va_arg(args, const char *))) {
        int more = snprintf(joined + len, sizeof joined - len, "%s%s", len ? "/" : "", part);

        fits = fits && more >= 0 && (size_t)more < sizeof joined - len;
        if (fits)
            len += (size_t)more;
    }
    va_end(args);
    if (!fits)
        return err_set(err, ERR_SETUP,
                       "a path is longer than %d bytes; move the home nearer to the root",
                       PATH_SIZE - 1);
    memcpy(out, joined, len + 1);
    return true;
}

/* The folder part of a path: "." when there is none. */
static void folder_of(const char *path, char out[static PATH_SIZE])
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;

    if (!slash) {
        memcpy(out, ".", 2);
        return;
    }
    if (len == 0)
        len = 1; /* the root */
    memcpy(out, path, len);
    out[len] = '\0';
}

bool file_create(const char *path, struct file *out, struct err *err)
{
    struct file file = {.open = true};
    char folder[PATH_SIZE];
    int len;

    if (strlen(path) >= PATH_SIZE)
        return err_set(err, ERR_STORE, "the path %.100s… is too long", path);
    folder_of(path, folder);
    if (!folder_make(folder, err))
        return false;
    (void)snprintf(file.path, sizeof file.path, "%s", path);
    len = snprintf(file.temp, sizeof file.temp, "%.*s/.%s.%ld.tmp", PATH_SIZE - 300, folder,
                   strrchr(path, '/') ? strrchr(path, '/') + 1 : path, (long)getpid());
    if (len < 0 || (size_t)len >= sizeof file.temp)
        return err_set(err, ERR_STORE, "the path %.100s… is too long", path);
    if (!gate_pass(GATE_WRITE, "create", err))
        return err_wrap(err, "%s", path);
    file.fd = open(file.temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    if (file.fd < 0)
        return err_errno(err, ERR_STORE, "cannot write %s", file.temp);
    *out = file;
    return true;
}

bool file_write(struct file *file, const void *bytes, size_t len, struct err *err)
{
    const char *at = bytes;

    if (!gate_pass(GATE_WRITE, "write", err))
        return err_wrap(err, "%s", file->path);
    while (len) {
        ssize_t took = write(file->fd, at, len);

        if (took < 0 && errno == EINTR)
            continue;
        if (took < 0)
            return err_errno(err, ERR_STORE,
                             "cannot write %s (free space with `df`, then run again)", file->path);
        at += took;
        len -= (size_t)took;
    }
    return true;
}

bool file_commit(struct file *file, struct err *err)
{
    char folder[PATH_SIZE];

    if (!gate_pass(GATE_SYNC, "file", err))
        return err_wrap(err, "%s", file->path);
    if (fsync(file->fd) != 0)
        return err_errno(err, ERR_STORE, "cannot make %s durable", file->path);
    if (!gate_pass(GATE_RENAME, "file", err))
        return err_wrap(err, "%s", file->path);
    if (rename(file->temp, file->path) != 0)
        return err_errno(err, ERR_STORE, "cannot put %s in place", file->path);
    (void)close(file->fd);
    file->open = false;
    folder_of(file->path, folder);
    return folder_sync(folder, err);
}

void file_close(struct file *file)
{
    if (!file->open)
        return;
    (void)close(file->fd);
    (void)unlink(file->temp);
    file->open = false;
}

bool file_put(const char *path, const void *bytes, size_t len, struct err *err)
{
    AUTO(file_close) struct file file = {0};

    return file_create(path, &file, err) && file_write(&file, bytes, len, err) &&
           file_commit(&file, err);
}

static bool read_all(int fd, const char *path, struct buf *out, struct err *err)
{
    for (;;) {
        char *room = buf_room(out, 64 << 10);
        ssize_t got;

        if (!room)
            return err_set(err, ERR_STORE, "%s is larger than %zu bytes", path,
                           out->max ? out->max : BUF_MAX);
        got = read(fd, room, 64 << 10);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, ERR_STORE, "cannot read %s", path);
        out->len += (size_t)got;
        out->data[out->len] = '\0';
        if (got == 0)
            return true;
    }
}

bool file_read(const char *path, struct buf *out, bool *missing, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good;

    buf_reset(out);
    if (missing)
        *missing = fd < 0 && errno == ENOENT;
    if (fd < 0 && missing && errno == ENOENT)
        return true;
    if (fd < 0)
        return err_errno(err, ERR_STORE, "cannot read %s", path);
    good = read_all(fd, path, out, err);
    (void)close(fd);
    return good;
}

bool file_exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

bool file_remove(const char *path, struct err *err)
{
    if (!gate_pass(GATE_REMOVE, "file", err))
        return err_wrap(err, "%s", path);
    if (unlink(path) != 0 && errno != ENOENT)
        return err_errno(err, ERR_STORE, "cannot remove %s", path);
    return true;
}

bool folder_make(const char *path, struct err *err)
{
    char part[PATH_SIZE];
    size_t len = strlen(path);

    if (len >= sizeof part)
        return err_set(err, ERR_STORE, "the path %.100s… is too long", path);
    if (file_exists(path))
        return true;
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, FOLDER_MODE) != 0 && errno != EEXIST)
            return err_errno(err, ERR_STORE, "cannot make the folder %s", part);
    }
    return true;
}

bool folder_sync(const char *path, struct err *err)
{
    int fd;
    bool good;

    if (!gate_pass(GATE_SYNC, "folder", err))
        return err_wrap(err, "%s", path);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, ERR_STORE, "cannot open the folder %s", path);
    good = fsync(fd) == 0;
    if (!good)
        (void)err_errno(err, ERR_STORE, "cannot make the folder %s durable", path);
    (void)close(fd);
    return good;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_open(DIR *dir, struct arena *arena, const char *const **names, size_t *count)
{
    const char **list = NULL;
    size_t len = 0, room = 0;
    const struct dirent *entry;

    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        if (len == room) {
            const char **wider;

            room = room ? room * 2 : 16;
            wider = arena_array(arena, room, sizeof *wider);
            if (len)
                memcpy(wider, list, len * sizeof *wider);
            list = wider;
        }
        list[len++] = arena_text(arena, entry->d_name);
    }
    if (len)
        qsort(list, len, sizeof *list, compare_names);
    *names = list;
    *count = len;
}

bool folder_list(const char *path, struct arena *arena, const char *const **names, size_t *count,
                 struct err *err)
{
    DIR *dir = opendir(path);

    if (!dir && errno == ENOENT) {
        *names = NULL;
        *count = 0;
        return true;
    }
    if (!dir)
        return err_errno(err, ERR_STORE, "cannot list %s", path);
    list_open(dir, arena, names, count);
    (void)closedir(dir);
    return true;
}

bool folder_remove(const char *path, struct err *err)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    char inner[PATH_SIZE];
    bool good = true;

    if (!dir)
        return errno == ENOENT || err_errno(err, ERR_STORE, "cannot list %s", path);
    while (good && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        good = path_join(inner, err, path, entry->d_name, NULL) && file_remove(inner, err);
    }
    (void)closedir(dir);
    if (good && rmdir(path) != 0 && errno != ENOENT)
        return err_errno(err, ERR_STORE, "cannot remove the folder %s", path);
    return good;
}

bool lock_take(const char *path, const char *who, struct lock *out, struct buf *holder,
               struct err *err)
{
    char folder[PATH_SIZE];
    struct lock lock = {.held = true};

    folder_of(path, folder);
    if (!folder_make(folder, err))
        return false;
    lock.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (lock.fd < 0)
        return err_errno(err, ERR_STORE, "cannot open the lock %s", path);
    if (flock(lock.fd, LOCK_EX | LOCK_NB) != 0) {
        bool busy = errno == EWOULDBLOCK;
        bool good = busy ? read_all(lock.fd, path, holder, err)
                         : err_errno(err, ERR_STORE, "cannot lock %s", path);

        (void)close(lock.fd);
        out->held = false;
        return good;
    }
    /* What stands in it is for people; a half-written line harms nobody. */
    if (ftruncate(lock.fd, 0) != 0 || write(lock.fd, who, strlen(who)) < 0) {
        (void)close(lock.fd);
        return err_errno(err, ERR_STORE, "cannot write the lock %s", path);
    }
    *out = lock;
    return true;
}

void lock_release(struct lock *lock)
{
    if (lock->held)
        (void)close(lock->fd);
    lock->held = false;
}
