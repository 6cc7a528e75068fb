/* Lines of staging: what is read as a record or an outline, written and read again, is the same.
 * The first line picks the kind, the rest is the line. */
#include "fuzz/fuzz.h"

#include "core/text.h"
#include "model/codec.h"
#include "step/step.h"

static void put_outline(const struct outline *line, struct buf *out)
{
    AUTO(buf_done) struct buf scratch = {0};
    struct json_out json = json_begin(out);

    outline_put(&json, line, &scratch);
}

static void check_outline(struct input body, enum kind kind, struct arena *arena)
{
    AUTO(buf_done) struct buf before = {0}, after = {0};
    struct outline line, again;
    struct err err;

    if (!outline_get(body.at, body.len, kind, arena, &line, &err)) {
        check_err(&err);
        return;
    }
    put_outline(&line, &before);
    must(outline_get(before.data, before.len, kind, arena, &again, &err));
    put_outline(&again, &after);
    must(text_same(buf_str(&before), buf_str(&after)));
}

/* What names no person holds no private field. */
static void check_private(const struct record *record, struct arena *arena)
{
    AUTO(buf_done) struct buf line = {0};
    struct json_out json = json_begin(&line);
    const struct node *root;
    struct record *rest;
    struct err err;

    record_put(&json, record, FIELD_PRIVATE);
    must(json_parse(line.data, line.len, arena, &root, &err));
    must(record_get(root, record->kind, arena, &rest, &err));
    for (size_t i = 0; i < shape_of(record->kind)->fields_len; i++)
        if (shape_of(record->kind)->fields[i].flags & FIELD_PRIVATE)
            must(field_is_empty(&shape_of(record->kind)->fields[i], rest));
}

static void put_fingerprint(const struct record *record, char hex[static FINGERPRINT_HEX_SIZE])
{
    AUTO(buf_done) struct buf line = {0}, scratch = {0};
    struct json_out json = json_begin(&line);

    record_put_fingerprint(&json, record, &scratch, hex);
}

static void check_fingerprint(const struct record *record, struct arena *arena)
{
    char first[FINGERPRINT_HEX_SIZE], second[FINGERPRINT_HEX_SIZE];

    put_fingerprint(record, first);
    put_fingerprint(record_copy(record, arena), second);
    must(strlen(first) == FINGERPRINT_HEX_SIZE - 1 && text_same(first, second));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    AUTO(arena_done) struct arena arena = {0};
    struct input body = input_of(bytes, len), head = input_line(&body);
    enum kind kind = (enum kind)input_pick(&head, KIND_COUNT);
    const struct node *root;
    struct record *record;
    struct err err;

    check_outline(body, kind, &arena);
    if (!json_parse(body.at, body.len, &arena, &root, &err) ||
        !record_get(root, kind, &arena, &record, &err)) {
        must(err.kind == ERR_RECORD);
        check_err(&err);
        return 0;
    }
    check_record(record, &arena);
    check_private(record, &arena);
    check_fingerprint(record, &arena);
    return 0;
}
