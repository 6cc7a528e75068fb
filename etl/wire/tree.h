/* tree.h: the one shape of a parsed answer. JSON and XML front ends both build a tree of struct
 * node in the page's arena; connectors read it by path and never know which syntax it came in.
 *
 * Shape: a JSON object or an XML element with children is NODE_MAP; a JSON array is NODE_LIST with
 * nameless children; an XML leaf, and a JSON string, is NODE_TEXT; JSON numbers keep their TEXT
 * (money never meets a double). Repeated XML elements are neighbours of one name. XML attributes
 * are not kept: none of our systems uses them.
 * Names compare without ASCII case: Afterbuy changes case between versions.
 *
 * Owns nothing: all in the arena. Texts are valid UTF-8 without NUL, checked by the front ends. */
#ifndef TAGWERK_WIRE_TREE_H
#define TAGWERK_WIRE_TREE_H

#include "core/arena.h"
#include "core/base.h"

enum node_type { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
    const char *name; /* NULL in lists and at the root of JSON */
    const char *text; /* NODE_TEXT, NODE_NUMBER ("12.50"), NODE_BOOL ("true"/"false"); else NULL */
    struct node *child, *last, *next;
    enum node_type type;
    unsigned name_len; /* most names differ in it, which is cheap to see */
};

/* Limits of both front ends: deeper or wider input is refused as ERR_RECORD. */
#define TREE_DEPTH_MAX 64

struct node *node_add(struct arena *arena, struct node *parent, enum node_type type,
                      const char *name, const char *text);

/* The node at "BuyerInfo.ShippingAddress.City"; of equal names the first; NULL when there is none.
 * A node may be NULL. */
const struct node *node_at(const struct node *node, const char *path);
/* Text of the leaf at path; NULL when missing, null, a map or a list. Path "" is the node itself.
 */
const char *node_text(const struct node *node, const char *path);

/* for (n = node_first(m, "Order"); n; n = node_next(n)): the children of that name; with NULL the
 * elements of a list. (All children of a map, whatever their names: child and next.) */
const struct node *node_first(const struct node *parent, const char *name);
const struct node *node_next(const struct node *node);

#endif
