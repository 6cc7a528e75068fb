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
#define TEMP_END ".tmp"
#define BLOCK_SIZE (32 << 10)

bool path_join(char out[static PATH_SIZE], struct err *err, ...)
{
    char joined[PATH_SIZE];
    size_t len = 0;
    const char *part;
    va_list args;
    bool fits = true;

    joined[0] = '\0';
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

static bool too_long(const char *path, struct err *err)
{
    return err_set(err, ERR_STORE,
                   "the path %.100s... is too long; move the home nearer to the root", path);
}

/* The folder part of a path: "." when there is none. */
static bool folder_of(const char *path, char out[static PATH_SIZE], struct err *err)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash && slash > path ? (size_t)(slash - path) : 1; /* of "/" or "." */

    if (strlen(path) >= PATH_SIZE)
        return too_long(path, err);
    memcpy(out, slash ? path : ".", len);
    out[len] = '\0';
    return true;
}

bool file_create(const char *path, struct file *out, struct err *err)
{
    struct file file = {.open = true};
    const char *slash = strrchr(path, '/');
    char folder[PATH_SIZE];
    int len;

    if (!folder_of(path, folder, err) || !folder_make(folder, err))
        return false;
    (void)snprintf(file.path, sizeof file.path, "%s", path);
    /* The same name each time: whoever writes the file next takes the place of a leftover. */
    len =
        snprintf(file.temp, sizeof file.temp, "%s/.%s" TEMP_END, folder, slash ? slash + 1 : path);
    if (len < 0 || (size_t)len >= sizeof file.temp)
        return too_long(path, err);
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
    return folder_of(file->path, folder, err) && folder_sync(folder, err);
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

/* Reads on, past interruptions. */
static ssize_t read_some(int fd, char bytes[static BLOCK_SIZE])
{
    ssize_t got;

    do
        got = read(fd, bytes, BLOCK_SIZE);
    while (got < 0 && errno == EINTR);
    return got;
}

static bool read_all(int fd, const char *path, struct buf *out, struct err *err)
{
    char bytes[BLOCK_SIZE];
    ssize_t got;

    while (!out->over && (got = read_some(fd, bytes)) != 0) {
        if (got < 0)
            return err_errno(err, ERR_STORE, "cannot read %s", path);
        buf_put(out, bytes, (size_t)got);
    }
    if (out->over)
        return err_set(err, ERR_STORE, "%s is larger than %zu bytes", path,
                       out->max ? out->max : BUF_MAX);
    return true;
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

bool file_blocks(const char *path, file_block_fn *block, void *context, struct err *err)
{
    char bytes[BLOCK_SIZE];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (fd < 0)
        return err_errno(err, ERR_STORE, "cannot read %s", path);
    while ((got = read_some(fd, bytes)) > 0)
        block(context, bytes, (size_t)got);
    if (got < 0)
        (void)err_errno(err, ERR_STORE, "cannot read %s", path);
    (void)close(fd);
    return got == 0;
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

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Makes one folder, unless it is there. What is durable in it must not be lost with its name. */
static bool folder_add(const char *path, struct err *err)
{
    char parent[PATH_SIZE];

    if (is_folder(path))
        return true;
    if (mkdir(path, FOLDER_MODE) != 0 && !(errno == EEXIST && is_folder(path)))
        return err_errno(err, ERR_STORE, "cannot make the folder %s", path);
    return folder_of(path, parent, err) && folder_sync(parent, err);
}

bool folder_make(const char *path, struct err *err)
{
    char part[PATH_SIZE] = "";

    if (is_folder(path))
        return true;
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return too_long(path, err);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!folder_add(part, err))
            return false;
        *slash = '/';
    }
    return folder_add(part, err);
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

static bool is_leftover(const char *name)
{
    size_t len = strlen(name), end = strlen(TEMP_END);

    return name[0] == '.' && len > end && strcmp(name + len - end, TEMP_END) == 0;
}

bool folder_sweep(const char *path, struct err *err)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    char inner[PATH_SIZE];
    bool good = true;

    if (!dir)
        return errno == ENOENT || err_errno(err, ERR_STORE, "cannot list %s", path);
    while (good && (entry = readdir(dir)))
        if (is_leftover(entry->d_name))
            good = path_join(inner, err, path, entry->d_name, NULL) && file_remove(inner, err);
    (void)closedir(dir);
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

bool lock_take(const char *path, const char *who, struct lock *out, struct buf *holder,
               struct err *err)
{
    char folder[PATH_SIZE];
    struct lock lock = {.held = true};

    if (!folder_of(path, folder, err) || !folder_make(folder, err))
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
