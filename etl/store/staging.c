#include "store/staging.h"

#include "core/clock.h"
#include "wire/json.h"

#define LEVEL 1
#define BLOCK ((size_t)128 << 10) /* written at once */

/* --- Writing ---------------------------------------------------------------------------------- */

/* Hands what is packed to the file; hashed unless it is the trailer. */
static bool write_packed(struct staging_out *out, bool hashed, struct err *err)
{
    if (!buf_whole(&out->packed, "a staging block", err) ||
        !file_write(&out->file, out->packed.data, out->packed.len, err))
        return false;
    if (hashed)
        hash_add(&out->hash, out->packed.data, out->packed.len);
    out->bytes += out->packed.len;
    buf_reset(&out->packed);
    return true;
}

static bool write_when_full(struct staging_out *out, struct err *err)
{
    return out->packed.len < BLOCK || write_packed(out, true, err);
}

/* A line that stands alone in its member: header, page mark, trailer. */
static void put_note(struct staging_out *out, const struct buf *line)
{
    gz_out_put(&out->gz, line->data, line->len, &out->packed);
    gz_out_put(&out->gz, "\n", 1, &out->packed);
    gz_out_member_end(&out->gz, &out->packed);
}

static void put_head(struct staging_out *out, const struct staging_head *head)
{
    AUTO(buf_done) struct buf line = {0};
    struct json_out json = json_begin(&line);

    json_map(&json);
    json_field_int(&json, "tagwerk", STAGING_VERSION);
    json_field(&json, "stage", head->stage);
    json_field(&json, "flow", kind_name(head->kind));
    json_field(&json, "route", head->route);
    json_field(&json, "run", head->run);
    json_field_int(&json, "from", head->from_utc);
    json_field_int(&json, "until", head->until_utc);
    json_field(&json, "mapping", head->mapping);
    json_map_end(&json);
    put_note(out, &line);
}

bool staging_create(const char *path, const struct staging_head *head, struct staging_out *out,
                    struct err *err)
{
    struct file file;

    if (!file_create(path, &file, err))
        return err_wrap(err, "staging");
    *out = (struct staging_out){.file = file, .packed.max = STAGING_PAGE_MAX + 2 * BLOCK};
    out->page.max = STAGING_PAGE_MAX + BLOCK;
    gz_out_init(&out->gz, LEVEL);
    hash_begin(&out->hash);
    put_head(out, head);
    return true;
}

bool staging_put(struct staging_out *out, const char *line, size_t len, struct err *err)
{
    if (len > STAGING_LINE_MAX)
        return err_set(err, ERR_RECORD, "a record of %zu bytes is too long for staging (%zu)", len,
                       STAGING_LINE_MAX);
    if (memchr(line, '\n', len))
        return err_set(err, ERR_RECORD, "a record for staging holds a line break");
    gz_out_put(&out->gz, line, len, &out->packed);
    gz_out_put(&out->gz, "\n", 1, &out->packed);
    out->lines_begun = true;
    out->count++;
    return write_when_full(out, err);
}

static void put_page_mark(struct staging_out *out, size_t bytes)
{
    AUTO(buf_done) struct buf line = {0};
    struct json_out json = json_begin(&line);

    json_map(&json);
    json_field_int(&json, "page", (int64_t)out->count);
    json_field_int(&json, "bytes", (int64_t)bytes);
    json_map_end(&json);
    put_note(out, &line);
}

bool staging_put_page(struct staging_out *out, const void *body, size_t len, bool is_gzip,
                      struct err *err)
{
    if (len > STAGING_PAGE_MAX)
        return err_set(err, ERR_RECORD, "a page of %zu bytes is too large for staging (%zu)", len,
                       STAGING_PAGE_MAX);
    buf_reset(&out->page);
    if (!is_gzip) {
        gz_out_put(&out->gz, body, len, &out->page);
        gz_out_member_end(&out->gz, &out->page);
        body = out->page.data;
        len = out->page.len;
    }
    out->count++;
    put_page_mark(out, len);
    buf_put(&out->packed, body, len);
    return write_when_full(out, err);
}

static void put_trailer(struct staging_out *out)
{
    AUTO(buf_done) struct buf line = {0};
    struct json_out json = json_begin(&line);
    char hex[DIGEST_HEX_SIZE];

    hash_end(&out->hash, hex);
    json_map(&json);
    json_key(&json, "end");
    json_bool(&json, true);
    json_field_int(&json, "count", (int64_t)out->count);
    json_field_int(&json, "bytes", (int64_t)out->bytes);
    json_field(&json, "hash", hex);
    json_map_end(&json);
    put_note(out, &line);
}

bool staging_commit(struct staging_out *out, struct err *err)
{
    bool good;

    if (out->lines_begun)
        gz_out_member_end(&out->gz, &out->packed);
    good = write_packed(out, true, err);
    if (good) {
        put_trailer(out);
        good = write_packed(out, false, err) && file_commit(&out->file, err);
    }
    staging_close(out);
    return good || err_wrap(err, "staging");
}

void staging_close(struct staging_out *out)
{
    file_close(&out->file);
    gz_out_done(&out->gz);
    buf_done(&out->packed);
    buf_done(&out->page);
}

/* --- Where files stand ------------------------------------------------------------------------ */

bool staging_folder(const char *home, const char *route, int64_t day, const char *run,
                    char out[static PATH_SIZE], struct err *err)
{
    char text[DAY_TEXT_SIZE];

    return path_join(out, err, home, "staging", route, day_text(day, text), run, NULL);
}

bool staging_file(const char *folder, enum kind kind, const char *stage, char out[static PATH_SIZE],
                  struct err *err)
{
    char name[64];

    (void)snprintf(name, sizeof name, "%s.%s.gz", kind_name(kind), stage);
    return path_join(out, err, folder, name, NULL);
}

struct run_list {
    struct staged_run *list;
    size_t len, room;
};

static void run_add(struct run_list *runs, struct arena *arena, struct staged_run run)
{
    if (runs->len == runs->room) {
        size_t room = runs->room ? 2 * runs->room : 32;
        struct staged_run *wider = arena_array(arena, room, sizeof *wider);

        if (runs->len)
            memcpy(wider, runs->list, runs->len * sizeof *wider);
        runs->list = wider;
        runs->room = room;
    }
    runs->list[runs->len++] = run;
}

static bool runs_of_day(const char *folder, int64_t day, struct arena *arena, struct run_list *runs,
                        struct err *err)
{
    const char *const *names;
    char path[PATH_SIZE];
    size_t count;

    if (!folder_list(folder, arena, &names, &count, err))
        return false;
    while (count--) {
        if (!path_join(path, err, folder, names[count], NULL))
            return false;
        run_add(runs, arena, (struct staged_run){names[count], arena_text(arena, path), day});
    }
    return true;
}

bool staging_runs(const char *home, const char *route, struct arena *arena, struct staged_run **out,
                  size_t *count, struct err *err)
{
    struct run_list runs = {0};
    const char *const *days;
    char path[PATH_SIZE];
    size_t left;

    if (!path_join(path, err, home, "staging", route, NULL) ||
        !folder_list(path, arena, &days, &left, err))
        return false;
    while (left--) {
        char folder[PATH_SIZE];
        int64_t day;
        struct err no_day;

        if (!day_parse(days[left], &day, &no_day))
            continue;
        if (!path_join(folder, err, path, days[left], NULL) ||
            !runs_of_day(folder, day, arena, &runs, err))
            return false;
    }
    *out = runs.list;
    *count = runs.len;
    return true;
}
