/* json.h: JSON in and out. Reading is yajl's SAX parser building a tree in an arena (the only file
 * that includes it); numbers stay text. Writing is a small appender into a struct buf: commas and
 * escapes are its business, the caller says only begin, key, value, end.
 *
 * Errors: ERR_RECORD with byte offset, never with the text itself; input must be one complete value
 * of valid UTF-8 (a BOM is skipped), no deeper than TREE_DEPTH_MAX. */
#ifndef TAGWERK_WIRE_JSON_H
#define TAGWERK_WIRE_JSON_H

#include "core/buf.h"
#include "core/err.h"
#include "wire/tree.h"

MUST_CHECK bool json_parse(const char *bytes, size_t len, struct arena *arena,
                           const struct node **out, struct err *err);

/* Of one object the members up to the one named `last`, or all when there is none. What stands
 * behind it is not looked at: for lines that we have written ourselves. */
MUST_CHECK bool json_parse_head(const char *bytes, size_t len, const char *last,
                                struct arena *arena, const struct node **out, struct err *err);

struct json_out {
    struct buf *buf;
    unsigned depth;
    uint64_t filled; /* bit per depth: a comma is due */
    bool after_key;
};

struct json_out json_begin(struct buf *buf);
void json_map(struct json_out *out);
void json_map_end(struct json_out *out);
void json_list(struct json_out *out);
void json_list_end(struct json_out *out);
void json_key(struct json_out *out, const char *key);
void json_text(struct json_out *out, const char *text); /* NULL writes null */
void json_int(struct json_out *out, int64_t number);
void json_bool(struct json_out *out, bool value);
void json_null(struct json_out *out);
/* A scaled integer as a JSON number (…_e4 with scale 4: 12.5) with at least `places` places. */
void json_decimal(struct json_out *out, int64_t value, unsigned scale, unsigned places);
/* The same as a JSON string: "12.50". */
void json_decimal_text(struct json_out *out, int64_t value, unsigned scale, unsigned places);
/* Already valid JSON. */
void json_raw(struct json_out *out, const char *json);

/* key + value in one call; a NULL text or UNSAID number writes nothing at all. */
void json_field(struct json_out *out, const char *key, const char *text);
void json_field_int(struct json_out *out, const char *key, int64_t number);

/* Appends the JSON string literal of valid UTF-8 text. */
void json_put_text(struct buf *buf, const char *text);

#endif
