/*
 * sendcloud_shape: what a JSON body must look like, as tables, and the two ways Sendcloud
 * complains.
 *
 * v2 coerces (a number where a text belongs becomes text), ignores unknown keys, and mirrors the
 * entry with lists of messages at its leaves. v3 coerces nothing and lists errors with JSON
 * pointers.
 */
#ifndef SANDBOX_SENDCLOUD_SHAPE_H
#define SANDBOX_SENDCLOUD_SHAPE_H

#include <jansson.h>

#include "sandbox/text.h"

enum shape_kind {
    SK_TEXT,
    SK_DECIMAL, /* text that is a number */
    SK_INT,
    SK_NUMBER,
    SK_BOOL,
    SK_INSTANT,
    SK_COUNTRY,
    SK_EMAIL,
    SK_OBJECT,
    SK_LIST, /* of objects */
    SK_ANY
};

enum shape_flags {
    SF_NEED = 1,
    SF_NULL = 2,
    SF_BLANK = 4,
    SF_POSITIVE = 8,
    SF_CENTS = 16,
    SF_APART = 32
};

struct shape {
    const char *name; /* NULL ends the table */
    enum shape_kind kind;
    unsigned flags;
    size_t max;                 /* characters, 0: any */
    const char *choices;        /* blank separated; NULL: any */
    const struct shape *fields; /* of SK_OBJECT and SK_LIST */
};

/* Object of errors, NULL when there are none; out gets the known fields as JSON, in their right
 * types, but for those kept apart. */
json_t *shape_check_v2(const struct shape *fields, const json_t *in, struct text *out);
/* The text of a field, coerced; "" when it is null or missing. To be freed. */
char *shape_words(const json_t *in, const char *name);
/* Appends v3 error entries to the list. */
void shape_check_v3(const struct shape *fields, const json_t *in, const char *pointer,
                    json_t *errors);

extern const struct shape sc_v2_shipment_shape[], sc_v3_order_shape[], sc_v3_patch_shape[],
    sc_v2_parcel_shape[];

#endif
