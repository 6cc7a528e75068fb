#include "model/codec.h"

#include "core/decimal.h"
#include "core/text.h"
#include "wire/hash.h"

static void put_fields(struct json_out *out, const struct shape *shape, const void *base,
                       unsigned without);

static void put_texts(struct json_out *out, const struct texts *texts)
{
    json_list(out);
    for (size_t i = 0; i < texts->len; i++)
        json_text(out, texts->list[i]);
    json_list_end(out);
}

static void put_list(struct json_out *out, const struct field *field, const void *base,
                     unsigned without)
{
    const char *elements = *(const char *const *)(const void *)((const char *)base + field->offset);
    size_t len = *(const size_t *)(const void *)((const char *)base + field->len_offset);

    json_list(out);
    for (size_t i = 0; i < len; i++) {
        json_map(out);
        put_fields(out, field->element, elements + i * field->element->size, without);
        json_map_end(out);
    }
    json_list_end(out);
}

static void put_field(struct json_out *out, const struct field *field, const void *base,
                      unsigned without)
{
    const char *at = (const char *)base + field->offset;

    if (field->type == FIELD_TEXT) {
        json_field(out, field->name, *(const char *const *)(const void *)at);
    } else if (field_is_number(field)) {
        json_field_int(out, field->name, *(const int64_t *)(const void *)at);
    } else if (!field_is_empty(field, base)) {
        json_key(out, field->name);
        if (field->type == FIELD_TEXTS)
            put_texts(out, (const struct texts *)(const void *)at);
        else
            put_list(out, field, base, without);
    }
}

static void put_fields(struct json_out *out, const struct shape *shape, const void *base,
                       unsigned without)
{
    for (size_t i = 0; i < shape->fields_len; i++)
        if (!(shape->fields[i].flags & without))
            put_field(out, &shape->fields[i], base, without);
}

void record_put(struct json_out *out, const struct record *record, unsigned without)
{
    json_map(out);
    put_fields(out, shape_of(record->kind), record, without);
    json_map_end(out);
}

/* The hash is over what was just written, less the fields that are not sent: nothing is put into
 * words twice. */
void record_put_fingerprint(struct json_out *out, const struct record *record, struct buf *scratch,
                            char hex[static FINGERPRINT_HEX_SIZE])
{
    const struct shape *shape = shape_of(record->kind);
    unsigned char digest[FINGERPRINT_SIZE];

    buf_reset(scratch);
    json_map(out);
    for (size_t i = 0; i < shape->fields_len; i++) {
        size_t from = out->buf->len;

        put_field(out, &shape->fields[i], record, 0);
        if (!(shape->fields[i].flags & FIELD_STATUS))
            buf_put(scratch, buf_str(out->buf) + from, out->buf->len - from);
    }
    json_map_end(out);
    fingerprint(buf_str(scratch), scratch->len, digest);
    hex_put(digest, sizeof digest, hex);
}

/* ---- reading ---- */

/* Keys were written in the table's order, so the field after the last one met is nearly always the
 * next one. */
static const struct field *field_near(const struct shape *shape, size_t *at, const char *name)
{
    for (size_t step = 0; step < shape->fields_len; step++) {
        size_t i = *at + step < shape->fields_len ? *at + step : *at + step - shape->fields_len;

        if (strcmp(shape->fields[i].name, name) != 0)
            continue;
        *at = i + 1 < shape->fields_len ? i + 1 : 0;
        return &shape->fields[i];
    }
    return NULL;
}

static size_t children(const struct node *node)
{
    size_t count = 0;

    for (const struct node *child = node->child; child; child = child->next)
        count++;
    return count;
}

static bool wrong_type(const struct field *field, struct err *err)
{
    return err_set(err, ERR_RECORD, "the field %s has a value of the wrong type", field->name);
}

static bool get_texts(const struct node *node, const struct field *field, void *base,
                      struct arena *arena, struct err *err)
{
    struct texts *texts = field_texts(field, base);
    const char **list;
    size_t len = 0;

    if (node->type != NODE_LIST)
        return wrong_type(field, err);
    list = arena_array(arena, children(node) + 1, sizeof *list);
    for (const struct node *child = node->child; child; child = child->next) {
        if (child->type == NODE_TEXT)
            list[len++] = child->text;
        else if (child->type != NODE_NULL)
            return wrong_type(field, err);
    }
    *texts = (struct texts){list, len};
    return true;
}

static bool get_fields(const struct node *node, const struct shape *shape, void *base,
                       struct arena *arena, struct err *err);

static bool get_list(const struct node *node, const struct field *field, void *base,
                     struct arena *arena, struct err *err)
{
    char *elements;
    size_t len = 0;

    if (node->type != NODE_LIST)
        return wrong_type(field, err);
    elements = elements_new(field->element, children(node), arena);
    for (const struct node *child = node->child; child; child = child->next)
        if (!get_fields(child, field->element, elements + len++ * field->element->size, arena, err))
            return err_wrap(err, "the field %s", field->name);
    *(void **)(void *)((char *)base + field->offset) = elements;
    *(size_t *)(void *)((char *)base + field->len_offset) = len;
    return true;
}

static bool get_field(const struct node *node, const struct field *field, void *base,
                      struct arena *arena, struct err *err)
{
    switch (field->type) {
    case FIELD_TEXT:
        if (node->type != NODE_TEXT)
            return wrong_type(field, err);
        *field_text(field, base) = node->text;
        return true;
    case FIELD_TEXTS:
        return get_texts(node, field, base, arena, err);
    case FIELD_LIST:
        return get_list(node, field, base, arena, err);
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_MONEY:
    case FIELD_WEIGHT:
    case FIELD_TIME:
        break;
    }
    if (node->type != NODE_NUMBER)
        return wrong_type(field, err);
    return integer_parse(node->text, field_number(field, base), err) ||
           err_wrap(err, "the field %s", field->name);
}

static bool get_fields(const struct node *node, const struct shape *shape, void *base,
                       struct arena *arena, struct err *err)
{
    size_t at = 0;

    if (!node || node->type != NODE_MAP)
        return err_set(err, ERR_RECORD, "'%s' must be a JSON object", shape->name);
    for (const struct node *child = node->child; child; child = child->next) {
        const struct field *field = field_near(shape, &at, child->name);

        if (field && child->type != NODE_NULL && !get_field(child, field, base, arena, err))
            return false;
    }
    return true;
}

bool record_get(const struct node *node, enum kind kind, struct arena *arena, struct record **out,
                struct err *err)
{
    struct record *record = record_new(kind, arena);

    if (!get_fields(node, shape_of(kind), record, arena, err))
        return false;
    if (text_is_empty(record->ref))
        return err_set(err, ERR_RECORD, "a record without ref");
    *out = record;
    return true;
}
