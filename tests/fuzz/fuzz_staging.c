/* Files of staging that somebody else wrote, or that were damaged: what does not fit its last line
 * does not exist, what is read is what was written, and verifying says the same as reading. The
 * first line picks how the rest becomes a file. */
#include "fuzz/fuzz.h"

#include "core/text.h"
#include "store/staging.h"
#include "wire/json.h"

#define ITEMS_MAX 26

/* ---- reading ---- */

static enum next next_item(struct staging_in *in, const char **bytes, size_t *len, struct err *err)
{
    return in->raw ? staging_next_page(in, bytes, len, err) : staging_next(in, bytes, len, err);
}

/* All items, each with its end; true: to the end of the file. A page that came damaged is passed
 * over. */
static bool read_items(struct staging_in *in, struct buf *out)
{
    const char *bytes;
    size_t len;
    struct err err;
    enum next got;

    while ((got = next_item(in, &bytes, &len, &err)) != NEXT_DONE) {
        if (got == NEXT_FAILED) {
            must(err.kind == ERR_STORE || (err.kind == ERR_RECORD && in->raw));
            check_err(&err);
            if (err.kind == ERR_STORE)
                return false;
            continue;
        }
        must(bytes[len] == '\0');
        buf_put(out, bytes, len);
        buf_char(out, '\n');
    }
    return in->count == in->total;
}

/* Reads the file at path; NULL: it does not exist for a reader. */
static bool read_file(const char *path, struct buf *out)
{
    AUTO(staging_in_close) struct staging_in in = {0};
    AUTO(arena_done) struct arena arena = {0};
    uint64_t count = 0;
    struct err err;
    bool whole;

    if (!staging_open(path, &arena, &in, &err)) {
        must(err.kind == ERR_STORE);
        check_err(&err);
        must(!staging_verify(path, &count, &err));
        return false;
    }
    must(in.head.stage && in.head.route && in.head.run && in.head.kind < KIND_COUNT);
    check_text(in.head.route);
    whole = read_items(&in, out);
    must(staging_verify(path, &count, &err) == whole);
    must(!whole || count == in.count);
    return whole;
}

/* ---- a file from parts, with a last line that fits ---- */

static void put_member(struct gz_out *gz, struct input part, struct buf *out)
{
    gz_out_put(gz, part.at, part.len, out);
    gz_out_member_end(gz, out);
}

static void put_trailer(struct gz_out *gz, size_t count, struct buf *file)
{
    AUTO(buf_done) struct buf line = {0};
    struct hash hash;
    char hex[DIGEST_HEX_SIZE];

    hash_begin(&hash);
    hash_add(&hash, buf_str(file), file->len);
    hash_end(&hash, hex);
    buf_format(&line, "{\"end\":true,\"count\":%zu,\"bytes\":%zu,\"hash\":\"%s\"}\n", count,
               file->len, hex);
    put_member(gz, (struct input){line.data, line.len}, file);
}

/* Each part is a gzip member; one that begins with a dot stands as it is behind it. */
static void try_parts(struct input *head, struct input body)
{
    AUTO(buf_done) struct buf file = {0}, items = {0};
    size_t count = input_pick(head, ITEMS_MAX);
    struct gz_out gz;

    gz_out_init(&gz, 1);
    while (body.len) {
        struct input part = input_part(&body);

        if (part.len && *part.at == '.')
            buf_put(&file, part.at + 1, part.len - 1);
        else
            put_member(&gz, part, &file);
    }
    put_trailer(&gz, count, &file);
    gz_out_done(&gz);
    (void)read_file(work_file("parts.in.gz", (struct input){file.data, file.len}), &items);
}

/* ---- a file of our own, and what becomes of it ---- */

static void write_file(const char *path, struct input body, bool raw)
{
    static const struct staging_head in = {.stage = "in", .route = "r", .run = "1"};
    static const struct staging_head pages = {.stage = "raw", .route = "r", .run = "1"};
    struct staging_out out;
    struct err err;

    must(staging_create(path, raw ? &pages : &in, &out, &err));
    while (body.len) {
        struct input item = raw ? input_part(&body) : input_line(&body);

        must(raw ? staging_put_page(&out, item.at, item.len, false, &err)
                 : staging_put(&out, item.at, item.len, &err));
    }
    must(staging_commit(&out, &err));
}

/* Damage is found, or has touched nothing that counts. */
static void try_damage(struct input *head, struct input body)
{
    AUTO(buf_done) struct buf whole = {0}, file = {0}, items = {0};
    bool raw = input_pick(head, 2), cut = input_pick(head, 2);
    size_t at = input_pick(head, 256) * 256 + input_pick(head, 256);
    unsigned char bits = (unsigned char)input_pick(head, 256);
    char path[PATH_SIZE];
    struct err err;

    must(path_join(path, &err, work_folder(), "whole.in.gz", NULL));
    write_file(path, body, raw);
    must(read_file(path, &whole));
    must(file_read(path, &file, NULL, &err));
    at %= file.len;
    file.data[at] = (char)((unsigned char)file.data[at] ^ bits);
    if (cut)
        file.len = at;
    if (read_file(work_file("damaged.in.gz", (struct input){file.data, file.len}), &items))
        must(items.len == whole.len && memcmp(buf_str(&items), buf_str(&whole), whole.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    AUTO(buf_done) struct buf items = {0};
    struct input body = input_of(bytes, len), head = input_line(&body);
    struct err err;

    must(hash_open(&err));
    switch (input_pick(&head, 3)) {
    case 0:
        try_parts(&head, body);
        break;
    case 1:
        try_damage(&head, body);
        break;
    default:
        (void)read_file(work_file("any.in.gz", body), &items);
        break;
    }
    return 0;
}
