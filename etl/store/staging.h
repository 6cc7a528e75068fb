/* staging.h: files of records, and of answers as they came, under staging/<route>/<day>/<run>/. gzip throughout; a
 * file of lines begins with a header line (format version, flow, route, window, run) and ends with a trailer line
 * (count and hash): a file without its trailer does not exist for a reader. Raw files hold one gzip member per
 * page between a header member and a trailer member. `day` is the local day on which the run began.
 *
 * Owns: an open file and its codec state. Files appear whole or not at all (core/file.h), 0600 in folders 0700.
 * Errors: ERR_STORE for disk and for a damaged file, with path and the command that mends it. */
#ifndef TAGWERK_STORE_STAGING_H
#define TAGWERK_STORE_STAGING_H

#include "core/file.h"
#include "model/record.h"
#include "wire/gz.h"
#include "wire/hash.h"
#include "wire/tree.h"

#define STAGING_VERSION 1

/* What the header line says. */
struct staging_head {
    const char *stage; /* "raw", "in", "out" */
    const char *route, *run;
    enum kind kind;
    int64_t from_utc, until_utc; /* of the window */
    const char *mapping;         /* out: hash of the mapping it was made with; NULL otherwise */
};

struct staging_out {
    struct file file;
    struct gz_out gz;
    struct buf packed; /* compressed, not yet written */
    struct hash hash;
    uint64_t count;
    bool raw, plain_member_open;
};

MUST_CHECK bool staging_create(const char *path, const struct staging_head *head, struct staging_out *out,
                               struct err *err);
/* One line, without its newline. */
MUST_CHECK bool staging_put(struct staging_out *out, const char *line, size_t len, struct err *err);
/* Raw: one page; taken as it came when it is gzip already, else compressed. */
MUST_CHECK bool staging_put_page(struct staging_out *out, const void *body, size_t len, bool is_gzip,
                                 struct err *err);
/* Writes the trailer and makes the file appear. */
MUST_CHECK bool staging_commit(struct staging_out *out, struct err *err);
void staging_close(struct staging_out *out); /* drops an uncommitted file */

struct staging_in {
    int fd;
    bool open, ended;
    char path[PATH_SIZE];
    struct gz_in gz;
    struct buf packed, lines;
    size_t packed_at, line_at;
    struct hash hash;
    struct staging_head head; /* texts in the arena given to staging_open */
    uint64_t count;           /* lines or pages handed out */
};

/* ERR_STORE when the file is missing, has no header, or is of another version. */
MUST_CHECK bool staging_open(const char *path, struct arena *arena, struct staging_in *out, struct err *err);

enum next { NEXT_ITEM, NEXT_DONE, NEXT_FAILED };

/* The next line (NUL behind it, valid until the next call). NEXT_DONE only after a trailer that fits: count and hash. */
enum next staging_next(struct staging_in *in, const char **line, size_t *len, struct err *err);
/* Raw: the next page, inflated. */
enum next staging_next_page(struct staging_in *in, const char **body, size_t *len, struct err *err);
void staging_in_close(struct staging_in *in);

/* Reads the whole file to see that it is sound; *count gets its lines. */
MUST_CHECK bool staging_verify(const char *path, uint64_t *count, struct err *err);

/* staging/<route>/<day>/<run> below the home; and a file in it: "<flow>.<stage>.gz". */
MUST_CHECK bool staging_folder(const char *home, const char *route, int64_t day, const char *run,
                               char out[static PATH_SIZE], struct err *err);
MUST_CHECK bool staging_file(const char *folder, enum kind kind, const char *stage, char out[static PATH_SIZE],
                             struct err *err);

/* A staged run found on disk, newest first. */
struct staged_run {
    const char *run, *folder;
    int64_t day;
};
MUST_CHECK bool staging_runs(const char *home, const char *route, struct arena *arena, struct staged_run **out,
                             size_t *count, struct err *err);

#endif
