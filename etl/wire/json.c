#include "wire/json.h"

#include "core/decimal.h"
#include "core/text.h"

#include <yajl/yajl_parse.h>

/* --- Reading ------------------------------------------------------------------------------ */

struct builder {
    struct arena *arena;
    const char *bytes;
    size_t len;
    struct node *root;
    struct node *open[TREE_DEPTH_MAX];
    unsigned depth;
    const char *key;  /* of the value to come */
    const char *why;  /* we stopped the parser */
    const char *last; /* member that is to be the last; NULL: all are wanted */
    bool enough;      /* it came */
};

static int refuse(struct builder *builder, const char *why)
{
    builder->why = why;
    return 0;
}

static struct node *add(struct builder *builder, enum node_type type, const char *text)
{
    struct node *parent = builder->depth ? builder->open[builder->depth - 1] : NULL;
    struct node *node = node_add(builder->arena, parent, type, builder->key, text);

    builder->key = NULL;
    if (!parent)
        builder->root = node;
    return node;
}

/* The whole input was checked before. What yajl had to unescape lies elsewhere, and may hold a NUL
 * or half a surrogate pair. */
static bool is_sound(const struct builder *builder, const char *text, size_t len)
{
    return (uintptr_t)text - (uintptr_t)builder->bytes < builder->len || utf8_valid(text, len);
}

/* A value that holds no others. Its answer to yajl: go on, unless that was the last one wanted. */
static int put(struct builder *builder, enum node_type type, const char *text)
{
    const struct node *node = add(builder, type, text);

    builder->enough = builder->last && builder->depth == 1 && node->name &&
                      strcmp(node->name, builder->last) == 0;
    return !builder->enough;
}

static const char not_text[] = "a string holds \\u0000 or a broken surrogate pair";

static int on_null(void *ctx)
{
    return put(ctx, NODE_NULL, NULL);
}

static int on_bool(void *ctx, int value)
{
    return put(ctx, NODE_BOOL, value ? "true" : "false");
}

static int on_number(void *ctx, const char *text, size_t len)
{
    struct builder *builder = ctx;

    return put(builder, NODE_NUMBER, arena_slice(builder->arena, text, len));
}

static int on_string(void *ctx, const unsigned char *bytes, size_t len)
{
    struct builder *builder = ctx;
    const char *text = (const char *)bytes;

    if (!is_sound(builder, text, len))
        return refuse(builder, not_text);
    return put(builder, NODE_TEXT, arena_slice(builder->arena, text, len));
}

static int on_key(void *ctx, const unsigned char *bytes, size_t len)
{
    struct builder *builder = ctx;
    const char *text = (const char *)bytes;

    if (!is_sound(builder, text, len))
        return refuse(builder, not_text);
    builder->key = arena_slice(builder->arena, text, len);
    return 1;
}

static int begin(struct builder *builder, enum node_type type)
{
    struct node *node;

    if (builder->depth == TREE_DEPTH_MAX)
        return refuse(builder, "it is nested too deeply");
    node = add(builder, type, NULL);
    builder->open[builder->depth++] = node;
    return 1;
}

static int on_map(void *ctx)
{
    return begin(ctx, NODE_MAP);
}

static int on_list(void *ctx)
{
    return begin(ctx, NODE_LIST);
}

static int on_end(void *ctx)
{
    struct builder *builder = ctx;

    builder->depth--;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_bool,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end,
    .yajl_start_array = on_list,
    .yajl_end_array = on_end,
};

/* yajl's own memory comes from the tree's arena too, so that a line costs the heap nothing. A size
 * stands in front of each piece, for growing it. */
struct piece {
    size_t size;
    _Alignas(16) unsigned char bytes[];
};

static void *piece_new(void *ctx, size_t size)
{
    struct piece *piece = arena_alloc(ctx, sizeof *piece + size);

    piece->size = size;
    return piece->bytes;
}

static void *piece_resize(void *ctx, void *old, size_t size)
{
    void *fresh;
    const struct piece *before;

    if (!old)
        return piece_new(ctx, size);
    before =
        (const struct piece *)(const void *)((const char *)old - offsetof(struct piece, bytes));
    if (size <= before->size)
        return old;
    fresh = piece_new(ctx, size);
    memcpy(fresh, old, before->size);
    return fresh;
}

static void piece_free(void *ctx, void *old)
{
    (void)ctx;
    (void)old;
}

/* yajl's word for it, "lexical error: invalid char in json text.\n", without its end; never the
 * text itself. */
static bool not_json(yajl_handle yajl, const struct builder *builder, size_t at, struct err *err)
{
    unsigned char *text = yajl_get_error(yajl, 0, NULL, 0);
    const char *why = builder->why ? builder->why : (const char *)text;

    (void)err_set(err, ERR_RECORD, "not the JSON that was expected: %.*s at byte %zu",
                  (int)strcspn(why, ".\n"), why, at);
    yajl_free_error(yajl, text);
    return false;
}

static bool read_all(yajl_handle yajl, const struct builder *builder, struct err *err)
{
    const unsigned char *bytes = (const unsigned char *)builder->bytes;

    (void)yajl_config(yajl, yajl_dont_validate_strings, 1); /* was done before, and more strictly */
    if (yajl_parse(yajl, bytes, builder->len) != yajl_status_ok)
        return builder->enough || not_json(yajl, builder, yajl_get_bytes_consumed(yajl), err);
    if (yajl_complete_parse(yajl) != yajl_status_ok)
        return not_json(yajl, builder, builder->len, err);
    return true;
}

static void skip_bom(const char **bytes, size_t *len)
{
    if (*len >= 3 && memcmp(*bytes, "\xEF\xBB\xBF", 3) == 0) {
        *bytes += 3;
        *len -= 3;
    }
}

bool json_parse_head(const char *bytes, size_t len, const char *last, struct arena *arena,
                     const struct node **out, struct err *err)
{
    struct builder builder = {.arena = arena, .last = last};
    yajl_alloc_funcs memory = {piece_new, piece_resize, piece_free, arena};
    yajl_handle yajl;
    bool parsed;

    skip_bom(&bytes, &len);
    if (!utf8_valid(bytes, len))
        return err_set(err, ERR_RECORD, "not the JSON that was expected: its bytes are not UTF-8");
    builder.bytes = bytes;
    builder.len = len;
    yajl = yajl_alloc(&callbacks, &memory, &builder);
    parsed = read_all(yajl, &builder, err);
    yajl_free(yajl);
    if (parsed)
        *out = builder.root;
    return parsed;
}

bool json_parse(const char *bytes, size_t len, struct arena *arena, const struct node **out,
                struct err *err)
{
    return json_parse_head(bytes, len, NULL, arena, out, err);
}

/* --- Writing ------------------------------------------------------------------------------ */

#define EACH_BYTE(b) (0x0101010101010101U * (b))

/* Does any of eight bytes need an escape? (word - n) & ~word has a top bit set exactly when some
 * byte is less than n. */
static bool any_special(const char *at)
{
    uint64_t word, quote, backslash;

    memcpy(&word, at, sizeof word);
    quote = word ^ EACH_BYTE('"');
    backslash = word ^ EACH_BYTE('\\');
    return ((((word - EACH_BYTE(0x20)) & ~word) | ((quote - EACH_BYTE(1)) & ~quote) |
             ((backslash - EACH_BYTE(1)) & ~backslash)) &
            EACH_BYTE(0x80)) != 0;
}

static bool is_special(char c)
{
    return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

/* Does no byte need an escape? The last eight are looked at together, whatever was seen of them. */
static bool is_plain(const char *text, size_t len)
{
    size_t at = 0;

    if (len < 8) {
        while (at < len && !is_special(text[at]))
            at++;
        return at == len;
    }
    while (at + 8 < len && !any_special(text + at))
        at += 8;
    return at + 8 >= len && !any_special(text + len - 8);
}

static void put_escape(struct buf *buf, char c)
{
    static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* byte, letter, byte, letter ... */
    const char *found = NULL;

    for (size_t i = 0; i + 1 < sizeof letters && !found; i += 2)
        found = letters[i] == c ? letters + i : NULL;
    if (found)
        buf_put(buf, (const char[]){'\\', found[1]}, 2);
    else
        buf_format(buf, "\\u%04x", (unsigned)(unsigned char)c);
}

static void put_escaped(struct buf *buf, const char *text)
{
    const char *from = text; /* not yet copied */

    for (; *text; text++) {
        if (!is_special(*text))
            continue;
        buf_put(buf, from, (size_t)(text - from));
        put_escape(buf, *text);
        from = text + 1;
    }
    buf_put(buf, from, (size_t)(text - from));
}

/* A string literal, with the comma in front and the colon behind that may be due. Nearly all texts
 * are plain, and those are written in one piece. */
static void put_literal(struct buf *buf, bool comma, const char *text, bool colon)
{
    size_t len = strlen(text);
    bool plain = is_plain(text, len);
    char *at = buf_room(buf, plain ? len + 2 + comma + colon : 0);

    if (!at)
        return;
    if (plain) {
        if (comma)
            *at++ = ',';
        *at++ = '"';
        memcpy(at, text, len);
        at += len;
        *at++ = '"';
        if (colon)
            *at++ = ':';
        *at = '\0';
        buf->len = (size_t)(at - buf->data);
        return;
    }
    buf_text(buf, comma ? ",\"" : "\"");
    put_escaped(buf, text);
    buf_text(buf, colon ? "\":" : "\"");
}

void json_put_text(struct buf *buf, const char *text)
{
    put_literal(buf, false, text, false);
}

struct json_out json_begin(struct buf *buf)
{
    return (struct json_out){.buf = buf};
}

static uint64_t level(const struct json_out *out)
{
    return (uint64_t)1 << (out->depth % 64);
}

/* Is a comma due before a key, or before a value without one? */
static bool comma_due(struct json_out *out)
{
    bool due = !out->after_key && (out->filled & level(out));

    if (!out->after_key)
        out->filled |= level(out);
    out->after_key = false;
    return due;
}

static void separate(struct json_out *out)
{
    if (comma_due(out))
        buf_char(out->buf, ',');
}

static void open_with(struct json_out *out, char bracket)
{
    separate(out);
    buf_char(out->buf, bracket);
    out->depth++;
    out->filled &= ~level(out);
}

static void close_with(struct json_out *out, char bracket)
{
    out->depth--;
    buf_char(out->buf, bracket);
}

void json_map(struct json_out *out)
{
    open_with(out, '{');
}

void json_map_end(struct json_out *out)
{
    close_with(out, '}');
}

void json_list(struct json_out *out)
{
    open_with(out, '[');
}

void json_list_end(struct json_out *out)
{
    close_with(out, ']');
}

void json_key(struct json_out *out, const char *key)
{
    put_literal(out->buf, comma_due(out), key, true);
    out->after_key = true;
}

void json_raw(struct json_out *out, const char *json)
{
    separate(out);
    buf_text(out->buf, json);
}

void json_null(struct json_out *out)
{
    json_raw(out, "null");
}

void json_bool(struct json_out *out, bool value)
{
    json_raw(out, value ? "true" : "false");
}

void json_text(struct json_out *out, const char *text)
{
    if (!text) {
        json_null(out);
        return;
    }
    put_literal(out->buf, comma_due(out), text, false);
}

void json_int(struct json_out *out, int64_t number)
{
    separate(out);
    buf_int(out->buf, number);
}

void json_decimal(struct json_out *out, int64_t value, unsigned scale, unsigned places)
{
    separate(out);
    decimal_put(out->buf, value, scale, places, '.');
}

void json_decimal_text(struct json_out *out, int64_t value, unsigned scale, unsigned places)
{
    separate(out);
    buf_char(out->buf, '"');
    decimal_put(out->buf, value, scale, places, '.');
    buf_char(out->buf, '"');
}

void json_field(struct json_out *out, const char *key, const char *text)
{
    if (!text)
        return;
    json_key(out, key);
    json_text(out, text);
}

void json_field_int(struct json_out *out, const char *key, int64_t number)
{
    if (!said(number))
        return;
    json_key(out, key);
    json_int(out, number);
}
