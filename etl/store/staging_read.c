#include "core/decimal.h"
#include "core/text.h"
#include "store/staging.h"
#include "wire/json.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK ((size_t)128 << 10) /* read at once */
#define STEP ((size_t)64 << 10)   /* inflated at once */
#define NOTE_MAX ((size_t)4096)   /* a header, page mark or trailer line */
#define TRAILER_MAX ((size_t)512) /* its gzip member */
#define MEMBER_MIN ((size_t)18)   /* an empty gzip member: header and check sums */

static bool damaged(const struct staging_in *in, struct err *err, const char *what)
{
    const char *name = strrchr(in->path, '/');
    bool made_here = strstr(name ? name : in->path, ".out.") != NULL;

    return err_set(err, ERR_STORE, "%s: %s; remove it and run `tagwerk %s` again", in->path, what,
                   made_here ? "transform" : "rerun DAY");
}

/* Appends the file's bytes [at, at + len) to `into`. */
static bool read_at(const struct staging_in *in, uint64_t at, size_t len, struct buf *into,
                    struct err *err)
{
    char *room = buf_room(into, len);

    if (!room)
        return damaged(in, err, "a page is too large"); // GCOVR_EXCL_LINE: asked before

    while (len) {
        ssize_t got = pread(in->fd, room, len, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue; // GCOVR_EXCL_LINE: needs a signal in the very moment
        if (got < 0)
            return err_errno(err, ERR_STORE, "%s", in->path); // GCOVR_EXCL_LINE: broken disk
        if (got == 0)
            return damaged(in, err, "it became shorter while it was read");
        room += got;
        at += (uint64_t)got;
        into->len += (size_t)got;
        len -= (size_t)got;
    }
    into->data[into->len] = '\0';
    return true;
}

struct trailer {
    uint64_t count, bytes;
    char hash[DIGEST_HEX_SIZE];
};

/* A count or size of a note; false when it is not one. */
static bool note_number(const struct node *note, const char *name, uint64_t *out)
{
    const char *text = node_text(note, name);
    int64_t number;
    struct err err;

    if (!text || !integer_parse(text, &number, &err) || number < 0)
        return false;
    *out = (uint64_t)number;
    return true;
}

/* Are these bytes a whole trailer, standing where it says it stands? */
static bool trailer_read(struct staging_in *in, const char *bytes, size_t len, uint64_t stands_at,
                         struct trailer *out)
{
    AUTO(arena_done) struct arena arena = {0};
    AUTO(buf_done) struct buf line = {.max = NOTE_MAX};
    const struct node *note;
    const char *hash;
    struct err err;

    gz_in_restart(&in->gz);
    if (!gz_expand(&in->gz, bytes, len, &line, &err) ||
        !json_parse(line.data, line.len, &arena, &note, &err))
        return false;
    hash = node_text(note, "hash");
    if (!text_same(node_text(note, "end"), "true") || !note_number(note, "count", &out->count) ||
        !note_number(note, "bytes", &out->bytes) || !hash || strlen(hash) >= sizeof out->hash)
        return false;
    memcpy(out->hash, hash, strlen(hash) + 1);
    return out->bytes == stands_at;
}

/* The trailer is the member that ends with the file: looked for from the end, where a member can
 * begin. */
static bool trailer_find(struct staging_in *in, uint64_t size, struct trailer *out, struct err *err)
{
    AUTO(buf_done) struct buf tail = {0};
    size_t len = size < TRAILER_MAX ? (size_t)size : TRAILER_MAX;

    if (!read_at(in, size - len, len, &tail, err))
        return false; // GCOVR_EXCL_LINE: its size was asked a moment ago
    for (size_t n = MEMBER_MIN; n <= len; n++) {
        const char *at = tail.data + len - n;

        if (memcmp(at, "\x1f\x8b\x08", 3) == 0 && trailer_read(in, at, n, size - n, out))
            return true;
    }
    return damaged(in, err, "it is not whole (its last line is missing)");
}

static bool hash_fits(struct staging_in *in, const struct trailer *trailer, struct err *err)
{
    struct hash hash;
    char hex[DIGEST_HEX_SIZE];

    hash_begin(&hash);
    for (uint64_t at = 0; at < trailer->bytes; at += in->packed.len) {
        uint64_t left = trailer->bytes - at;

        buf_reset(&in->packed);
        if (!read_at(in, at, left < BLOCK ? (size_t)left : BLOCK, &in->packed, err))
            return false; // GCOVR_EXCL_LINE: as above
        hash_add(&hash, in->packed.data, in->packed.len);
    }
    buf_reset(&in->packed);
    hash_end(&hash, hex);
    return text_same(hex, trailer->hash) ||
           damaged(in, err, "its bytes are not those that were written (the hash differs)");
}

static size_t packed_left(const struct staging_in *in)
{
    return in->packed.len - in->packed_at;
}

/* Makes at least `want` unread bytes available, fewer only at the end of the content. */
static bool have_packed(struct staging_in *in, size_t want, struct err *err)
{
    uint64_t left = in->bytes - in->read;
    size_t more;

    if (packed_left(in) >= want || left == 0)
        return true;
    if (in->packed_at) {
        memmove(in->packed.data, in->packed.data + in->packed_at, packed_left(in));
        in->packed.len -= in->packed_at;
        in->packed_at = 0;
    }
    more = want - in->packed.len > BLOCK ? want - in->packed.len : BLOCK;
    if (more > left)
        more = (size_t)left;
    if (!read_at(in, in->read, more, &in->packed, err))
        return false;
    in->read += more;
    return true;
}

/* Inflates one step. *ended: there was nothing left to inflate, and no member is half read. */
static bool inflate_step(struct staging_in *in, bool *member_end, bool *ended, struct err *err)
{
    const unsigned char *from;
    size_t left, before = in->text.len;
    enum gz_got got;
    struct err why;

    if (!have_packed(in, 1, err))
        return false;
    from = (const unsigned char *)buf_str(&in->packed) + in->packed_at;
    left = packed_left(in);
    *ended = left == 0 && gz_in_is_between(&in->gz);
    *member_end = false;
    if (*ended)
        return true;
    got = gz_in_take(&in->gz, &from, &left, &in->text, STEP, &why);
    *member_end = got == GZ_MEMBER_END;
    if (got == GZ_FAILED)
        return damaged(in, err, why.text);
    if (got == GZ_MORE && left == packed_left(in) && in->text.len == before)
        return damaged(in, err, "it breaks off in the middle");
    in->packed_at = in->packed.len - left;
    return true;
}

/* The line of a member of its own (header, page mark), parsed. *out NULL: the content has ended. */
static bool read_note(struct staging_in *in, struct arena *arena, const struct node **out,
                      struct err *err)
{
    bool member_end = false, ended = false;
    struct err why;

    buf_reset(&in->text);
    while (!member_end) {
        if (!inflate_step(in, &member_end, &ended, err))
            return false;
        if (ended) {
            *out = NULL;
            return true;
        }
        if (in->text.len > NOTE_MAX)
            return damaged(in, err, "its header or a page mark is too long");
    }
    if (!json_parse(buf_str(&in->text), in->text.len, arena, out, &why))
        return damaged(in, err, "its header or a page mark is not JSON");
    buf_reset(&in->text);
    return true;
}

static int64_t head_time(const struct node *note, const char *name)
{
    const char *text = node_text(note, name);
    int64_t utc;
    struct err err;

    return text && integer_parse(text, &utc, &err) ? utc : UNSAID;
}

static bool read_head(struct staging_in *in, struct arena *arena, struct err *err)
{
    const struct node *note = NULL;
    uint64_t version = 0;
    const char *flow;

    if (!read_note(in, arena, &note, err))
        return false;
    if (!note_number(note, "tagwerk", &version))
        return damaged(in, err, "it is no staging file (its first line says nothing of tagwerk)");
    if (version != STAGING_VERSION)
        return err_set(err, ERR_STORE,
                       "%s: format %llu, this tagwerk reads format %d; use the one "
                       "that wrote it, or run `tagwerk rerun DAY`",
                       in->path, (unsigned long long)version, STAGING_VERSION);
    flow = node_text(note, "flow");
    in->head.stage = node_text(note, "stage");
    in->head.route = node_text(note, "route");
    in->head.run = node_text(note, "run");
    in->head.mapping = node_text(note, "mapping");
    in->head.from_utc = head_time(note, "from");
    in->head.until_utc = head_time(note, "until");
    if (!in->head.stage || !in->head.route || !in->head.run || !flow ||
        !kind_from_name(flow, &in->head.kind))
        return damaged(in, err, "its header lacks stage, flow, route or run");
    in->raw = text_same(in->head.stage, "raw");
    in->text.max = in->raw ? STAGING_PAGE_MAX : STAGING_LINE_MAX + STEP;
    return true;
}

static bool open_at(struct staging_in *in, struct arena *arena, struct err *err)
{
    struct trailer trailer = {0};
    struct stat st;

    if (fstat(in->fd, &st) != 0)
        return err_errno(err, ERR_STORE, "cannot read %s", in->path); // GCOVR_EXCL_LINE: it is open
    if (!S_ISREG(st.st_mode))
        return damaged(in, err, "it is not a file");
    if (!trailer_find(in, (uint64_t)st.st_size, &trailer, err) || !hash_fits(in, &trailer, err))
        return false;
    in->bytes = trailer.bytes;
    in->total = trailer.count;
    gz_in_restart(&in->gz);
    return read_head(in, arena, err);
}

bool staging_open(const char *path, struct arena *arena, struct staging_in *out, struct err *err)
{
    struct staging_in in = {.packed.max = STAGING_PAGE_MAX + 2 * BLOCK};

    if (strlen(path) >= sizeof in.path)
        return err_set(err, ERR_STORE, "the path %.100s… is too long", path);
    memcpy(in.path, path, strlen(path) + 1);
    in.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (in.fd < 0 && errno == ENOENT)
        return err_set(err, ERR_STORE, "%s is not there; `tagwerk run` makes it", path);
    if (in.fd < 0)
        return err_errno(err, ERR_STORE, "cannot read %s", path);
    in.open = true;
    gz_in_init(&in.gz);
    if (!open_at(&in, arena, err)) {
        staging_in_close(&in);
        return false;
    }
    *out = in;
    return true;
}

/* Has all come that the trailer promised? */
static enum next content_end(const struct staging_in *in, struct err *err)
{
    if (in->count == in->total && in->text_at == in->text.len)
        return NEXT_DONE;
    (void)damaged(in, err, "it does not hold what its last line counts");
    return NEXT_FAILED;
}

/* Inflates more behind the unfinished line, which moves to the front. */
static bool more_lines(struct staging_in *in, bool *ended, struct err *err)
{
    size_t rest = in->text.len - in->text_at;
    bool member_end;

    if (in->text_at) {
        memmove(in->text.data, in->text.data + in->text_at, rest);
        in->text.len = rest;
        in->text_at = 0;
    }
    if (rest > STAGING_LINE_MAX)
        return damaged(in, err, "a line is longer than staging allows");
    return inflate_step(in, &member_end, ended, err);
}

enum next staging_next(struct staging_in *in, const char **line, size_t *len, struct err *err)
{
    bool ended = in->raw; /* pages are not lines: the count will not fit */

    while (!ended) {
        size_t rest = in->text.len - in->text_at;
        char *at = rest ? in->text.data + in->text_at : NULL;
        char *end = rest ? memchr(at, '\n', rest) : NULL;

        if (end) {
            *end = '\0';
            *line = at;
            *len = (size_t)(end - at);
            in->text_at += *len + 1;
            in->count++;
            return NEXT_ITEM;
        }
        if (!more_lines(in, &ended, err))
            return NEXT_FAILED;
    }
    return content_end(in, err);
}

/* The page of `bytes` packed bytes that comes next. */
static enum next expand_page(struct staging_in *in, uint64_t bytes, struct err *err)
{
    struct err why;
    bool good;

    if (bytes <= STAGING_PAGE_MAX + BLOCK && !have_packed(in, (size_t)bytes, err))
        return NEXT_FAILED;
    if (packed_left(in) < bytes) {
        (void)damaged(in, err, "a page is not as long as its mark says");
        return NEXT_FAILED;
    }
    gz_in_restart(&in->gz);
    good = bytes == 0 ||
           gz_expand(&in->gz, in->packed.data + in->packed_at, (size_t)bytes, &in->text, &why);
    gz_in_restart(&in->gz);
    in->packed_at += (size_t)bytes;
    in->count++;
    if (good)
        return NEXT_ITEM;
    (void)err_set(err, ERR_RECORD, "%s: page %llu is damaged as it was received: %s", in->path,
                  (unsigned long long)in->count, why.text);
    return NEXT_FAILED;
}

enum next staging_next_page(struct staging_in *in, const char **body, size_t *len, struct err *err)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *mark = NULL;
    uint64_t bytes = 0;
    enum next got;

    if (in->raw && !read_note(in, &arena, &mark, err))
        return NEXT_FAILED;
    if (!mark)
        return content_end(in, err);
    if (!note_number(mark, "bytes", &bytes)) {
        (void)damaged(in, err, "a page mark does not say how long its page is");
        return NEXT_FAILED;
    }
    got = expand_page(in, bytes, err);
    if (got == NEXT_ITEM) {
        *body = buf_str(&in->text);
        *len = in->text.len;
    }
    return got;
}

void staging_in_close(struct staging_in *in)
{
    if (!in->open)
        return;
    (void)close(in->fd);
    in->open = false;
    gz_in_done(&in->gz);
    buf_done(&in->packed);
    buf_done(&in->text);
}

bool staging_verify(const char *path, uint64_t *count, struct err *err)
{
    AUTO(arena_done) struct arena arena = {0};
    AUTO(staging_in_close) struct staging_in in = {0};
    const char *bytes;
    size_t len;
    enum next got;

    if (!staging_open(path, &arena, &in, err))
        return false;
    do {
        got = in.raw ? staging_next_page(&in, &bytes, &len, err)
                     : staging_next(&in, &bytes, &len, err);
        /* A page that came damaged is kept as it came: the file is sound. */
        if (got == NEXT_FAILED && err->kind == ERR_RECORD)
            got = NEXT_ITEM;
    } while (got == NEXT_ITEM);
    if (got == NEXT_FAILED)
        return false;
    *count = in.count;
    return true;
}
