/*
 * billbee_shape: what the objects of the Billbee API look like on the wire, as tables.
 *
 * One row per member, in the order of the wire: its name, what it holds, whether null is allowed,
 * and what stands there when nobody said anything. The same rows write answers (render) and judge
 * requests (bind), as one class does in the real server.
 *
 * Numbers keep the trailing zeros that the server's decimals have; a member that changes over and
 * over (state, tags, shipments ...) is a mark in the rendered text, and billbee_order.c writes what
 * belongs there when the order is asked for.
 */
#ifndef SANDBOX_BILLBEE_SHAPE_H
#define SANDBOX_BILLBEE_SHAPE_H

#include <jansson.h>

#include "sandbox/text.h"

enum bb_kind {
    BB_TEXT,
    BB_INT,    /* System.Int32 */
    BB_LONG,   /* System.Int64 */
    BB_NUMBER, /* System.Decimal, with at least `zeros` digits behind the point */
    BB_BOOL,
    BB_DATE,
    BB_OBJECT,
    BB_LIST, /* of objects */
    BB_TEXTS,
    BB_ANY,
    BB_MARK
};

/* Begins a mark in rendered text; the letter behind it says which. No JSON text holds this byte. */
enum { BB_MARK_BYTE = '\x01' };

struct bb_field {
    const char *name;
    enum bb_kind kind;
    bool null;             /* may be null */
    const char *otherwise; /* the JSON of a member that nobody set */
    const struct bb_field *of;
    int zeros;
    char mark;
};

extern const struct bb_field bb_order_shape[], bb_address_shape[], bb_item_shape[],
    bb_article_shape[], bb_shipment_shape[], bb_stock_update_shape[], bb_add_shipment_shape[],
    bb_webhook_shape[];

/* The object as the server writes it. With extra, members that no row knows follow at the end. */
void bb_render(struct text *t, const struct bb_field *shape, const json_t *object, bool extra);
/* Writes a decimal number, with its trailing zeros. */
void bb_number_text(struct text *t, double value, int zeros);
/*
 * Judges an object as the server's model binding does. Adds to errors, an object of lists, under
 * "<name>.<path>"; true when nothing was wrong.
 */
bool bb_bind(const struct bb_field *shape, const json_t *object, const char *name, json_t *errors);
/* A text that holds a decimal number, as the server takes it for one. */
bool bb_is_decimal(const json_t *value);
/* The row of that name; NULL when there is none. */
const struct bb_field *bb_field_find(const struct bb_field *shape, const char *name);

#endif
