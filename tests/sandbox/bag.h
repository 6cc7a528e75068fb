/*
 * bag: a handful of numbered texts in one heap block, for records that may hold anything.
 *
 * A million orders with forty optional fields each must fit, and a scenario must be able to say
 * "this element is missing", "empty" or "these bytes". So a record is the list of the elements it
 * has, sorted by field number, each with the exact bytes it has. A number may stand repeatedly.
 *
 * Owns: one heap block.
 * Borrows: nothing; values given out live until the next change of the bag.
 */
#ifndef SANDBOX_BAG_H
#define SANDBOX_BAG_H

#include "sandbox/text.h"

struct bag {
    unsigned char *bytes;
    uint32_t len, max;
    unsigned last; /* the highest number, or anything above it */
};

struct bag_entry {
    unsigned id;
    const char *value; /* ends with a NUL that does not count */
    size_t len;
};

/* The first value of that number; NULL when there is none. */
const char *bag_get(const struct bag *b, unsigned id);
bool bag_find(const struct bag *b, unsigned id, struct bag_entry *out);
/* Steps through the entries; start with *at = 0; false at the end. */
bool bag_next(const struct bag *b, size_t *at, struct bag_entry *out);
/* Replaces what stands under that number. */
void bag_set(struct bag *b, unsigned id, const char *value);
void bag_set_n(struct bag *b, unsigned id, const char *value, size_t n);
/* Adds behind what stands under that number. */
void bag_add(struct bag *b, unsigned id, const char *value, size_t n);
void bag_drop(struct bag *b, unsigned id);
bool bag_same(const struct bag *a, const struct bag *b);
struct bag bag_copy(const struct bag *b);
void bag_done(struct bag *b);

#endif
