/* staging.h: files of records, and of answers as they came, under staging/<route>/<day>/<run>/.
 * `day` is the local day on which the run began. Every file is gzip throughout, so that `zcat`
 * shows it, and is built of gzip members:
 *
 *   header {"tagwerk":1,"stage":"in","flow":"orders","route":...,"run":...,"from":...,"until":...}
 *   in, out:   one member with a JSON record per line
 *   raw:       per page a member {"page":N,"bytes":B}, then the B bytes of the page: as it came
 * when it came as gzip, else packed by us. Page borders come from B alone and never depend on what
 * the far side sent. trailer    {"end":true,"count":N,"bytes":M,"hash":...}: how many lines or
 * pages, and the BLAKE2b-256 of the M bytes of the file in front of the trailer: what `head -c M
 * FILE | b2sum -l 256` prints.
 *
 * A file without its trailer, or with a hash that does not fit, does not exist for a reader:
 * opening checks both before the first line is handed out. The hash is over packed bytes because
 * that costs a fraction of hashing the lines.
 *
 * Owns: an open file and its codec state. Files appear whole or not at all (core/file.h), 0600 in
 * folders 0700. Errors: ERR_STORE for disk and for a damaged file, with path and the command that
 * mends it. */
#ifndef TAGWERK_STORE_STAGING_H
#define TAGWERK_STORE_STAGING_H

#include "core/file.h"
#include "model/record.h"
#include "wire/gz.h"
#include "wire/hash.h"

#define STAGING_VERSION 1
#define STAGING_LINE_MAX ((size_t)4 << 20)  /* of a line, without its newline */
#define STAGING_PAGE_MAX ((size_t)64 << 20) /* of a page, as it came and inflated */

/* What the header line says. */
struct staging_head {
    const char *stage; /* "raw", "in", "out" */
    const char *route, *run;
    enum kind kind;
    int64_t from_utc, until_utc; /* of the window */
    const char *mapping;         /* out: hash of the mapping it was made with; NULL otherwise */
};

struct staging_out {
    struct hash hash; /* of what was written */
    struct gz_out gz;
    uint64_t bytes, count;
    struct buf packed; /* compressed, not yet written */
    struct buf page;   /* raw: a page on its way through the codec */
    struct file file;
    bool lines_begun; /* the member of the lines is open */
};

/* Makes the folders too. */
MUST_CHECK bool staging_create(const char *path, const struct staging_head *head,
                               struct staging_out *out, struct err *err);
/* One line, without its newline. ERR_RECORD when it is longer than STAGING_LINE_MAX or not one
 * line. */
MUST_CHECK bool staging_put(struct staging_out *out, const char *line, size_t len, struct err *err);
/* Raw: one page. ERR_RECORD when it is larger than STAGING_PAGE_MAX. */
MUST_CHECK bool staging_put_page(struct staging_out *out, const void *body, size_t len,
                                 bool is_gzip, struct err *err);
/* Writes the trailer and makes the file appear. */
MUST_CHECK bool staging_commit(struct staging_out *out, struct err *err);
/* Drops an uncommitted file; fine on a committed or all-zero one. */
void staging_close(struct staging_out *out);

struct staging_in {
    int fd;
    bool open, raw;
    char path[PATH_SIZE];
    uint64_t bytes, read; /* in front of the trailer; of them read */
    uint64_t total;       /* lines or pages, as the trailer says */
    uint64_t count;       /* of them handed out */
    struct gz_in gz;
    struct buf packed, text; /* read, and inflated */
    size_t packed_at, text_at;
    struct staging_head head; /* texts in the arena given to staging_open */
};

/* ERR_STORE when the file is missing, not whole, damaged, or of another version. */
MUST_CHECK bool staging_open(const char *path, struct arena *arena, struct staging_in *out,
                             struct err *err);

enum next { NEXT_ITEM, NEXT_DONE, NEXT_FAILED };

/* The next line (NUL behind it, valid until the next call). NEXT_DONE only when all lines of the
 * trailer's count came. */
enum next staging_next(struct staging_in *in, const char **line, size_t *len, struct err *err);
/* Raw: the next page, inflated (NUL behind it, valid until the next call). NEXT_FAILED with
 * ERR_RECORD: this page came damaged from the far side, the next call goes on behind it. */
enum next staging_next_page(struct staging_in *in, const char **body, size_t *len, struct err *err);
/* Fine on an all-zero one. */
void staging_in_close(struct staging_in *in);

/* Is the whole file sound? *count gets its lines or pages. */
MUST_CHECK bool staging_verify(const char *path, uint64_t *count, struct err *err);

/* staging/<route>/<day>/<run> below the home; and a file in it: "<flow>.<stage>.gz". */
MUST_CHECK bool staging_folder(const char *home, const char *route, int64_t day, const char *run,
                               char out[static PATH_SIZE], struct err *err);
MUST_CHECK bool staging_file(const char *folder, enum kind kind, const char *stage,
                             char out[static PATH_SIZE], struct err *err);

/* A staged run found on disk. */
struct staged_run {
    const char *run, *folder;
    int64_t day;
};
/* Newest first: by day, then by the run's name. Folders that are no days are passed over. */
MUST_CHECK bool staging_runs(const char *home, const char *route, struct arena *arena,
                             struct staged_run **out, size_t *count, struct err *err);

#endif
