/* backend.h: scenarios that must go alike with both back ends of Sendcloud: a world per test and
 * back end, and an order as it was pushed, in words that both share.
 *
 * The world of a test is its *state; it ends with the test, however that goes. Owns nothing: texts
 * live as long as the world. */
#ifndef TAGWERK_TESTS_BACKEND_H
#define TAGWERK_TESTS_BACKEND_H

#include "look.h"

/* When these scenarios play: ten in the morning, in Berlin. */
#define NOW "2024-06-04T08:00:00Z"
#define TODAY "2024-06-04"

int open_v2(void **state);
int open_v3(void **state);
int close_world(void **state);
bool is_v3(const struct world *w);

#define WITH_V2(story)                                                                             \
    {                                                                                              \
#story "_by_v2", story, open_v2, close_world, NULL                                         \
    }
#define WITH_V3(story)                                                                             \
    {                                                                                              \
#story "_by_v3", story, open_v3, close_world, NULL                                         \
    }
#define WITH_BOTH(story) WITH_V2(story), WITH_V3(story)

/* What Sendcloud holds of an order under "name", "street", "house_number", "extra", "postcode",
 * "city", "state", "country", "phone", "email", "post_number", "currency", "total", "weight",
 * "invoice", "content", "label"; of its n-th line under "title", "quantity", "price", "weight",
 * "hs_code", "origin", "sku". NULL: left out, null or empty. */
const char *pushed(struct world *w, const char *order, const char *field);
const char *pushed_line(struct world *w, const char *order, size_t n, const char *field);
size_t pushed_lines(struct world *w, const char *order);
/* Texts to the byte, numbers by value; NULL: nothing must stand there. */
void assert_pushed(struct world *w, const char *order, const char *field, const char *wanted);
void assert_line(struct world *w, const char *order, size_t n, const char *field,
                 const char *wanted);

/* Requests with which orders were pushed. */
int64_t push_calls(struct world *w);
/* The notes of an order in today's report hold this word; or it has none at all: NULL. */
void assert_noted(struct world *w, const char *order, const char *note);
/* A cell of today's report of orders; NULL: an empty one. */
void assert_cell(struct world *w, const char *order, const char *column, const char *wanted);
/* Everything balances, and a further run writes nothing. */
void end_quietly(struct world *w);

#endif
