/* file.h: files that are there whole or not at all. A new file is written under a temporary name in
 * its own folder, synced, renamed, and the folder synced; folders are made 0700 and files 0600.
 * Every step passes a gate.
 *
 * Owns: an open struct file holds its descriptor and removes its temporary name when it was not
 * committed. Errors: ERR_STORE with path and cause. */
#ifndef TAGWERK_CORE_FILE_H
#define TAGWERK_CORE_FILE_H

#include "core/arena.h"
#include "core/base.h"
#include "core/buf.h"
#include "core/err.h"

#define PATH_SIZE 1024

struct file {
    int fd; /* valid when `open` */
    bool open;
    char path[PATH_SIZE];
    char temp[PATH_SIZE];
};

MUST_CHECK bool file_create(const char *path, struct file *out, struct err *err);
MUST_CHECK bool file_write(struct file *file, const void *bytes, size_t len, struct err *err);
MUST_CHECK bool file_commit(struct file *file, struct err *err);
/* Drops an uncommitted file; fine on a closed one. */
void file_close(struct file *file);

/* The four steps of file_create..file_commit at once. */
MUST_CHECK bool file_put(const char *path, const void *bytes, size_t len, struct err *err);

/* The whole content. A missing file is ERR_STORE unless `missing` is given: then *missing says so
 * and true returns. */
MUST_CHECK bool file_read(const char *path, struct buf *out, bool *missing, struct err *err);
/* The content in blocks, for what must not be held in memory. */
typedef void file_block_fn(void *context, const void *bytes, size_t len);
MUST_CHECK bool file_blocks(const char *path, file_block_fn *block, void *context, struct err *err);
bool file_exists(const char *path);
MUST_CHECK bool file_remove(const char *path, struct err *err);
MUST_CHECK bool folder_make(const char *path, struct err *err); /* with parents, 0700 */
MUST_CHECK bool folder_sync(const char *path, struct err *err);
/* Removes what a file_create left that was killed before its commit. Missing: true. */
MUST_CHECK bool folder_sweep(const char *path, struct err *err);
/* Names in a folder, sorted, without those that start with '.'; a missing folder is empty. */
MUST_CHECK bool folder_list(const char *path, struct arena *arena, const char *const **names,
                            size_t *count, struct err *err);

/* Joins parts with '/'; ERR_SETUP when the result does not fit. Ends with NULL. */
MUST_CHECK bool path_join(char out[static PATH_SIZE], struct err *err, ...)
    __attribute__((sentinel));

/* A lock that dies with the process. The file names the holder. */
struct lock {
    int fd;
    bool held;
};

/* *held false: somebody else has it, and `holder` says who. */
MUST_CHECK bool lock_take(const char *path, const char *who, struct lock *out, struct buf *holder,
                          struct err *err);
void lock_release(struct lock *lock);

#endif
