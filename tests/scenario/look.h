/* look.h: what scenarios do and look at, in the words of their story: orders in the shop, labels
 * that somebody prints, what stands in the reports, what the sandbox holds at the end.
 *
 * Everything fails the test on its own, but for what says that it returns NULL. Owns nothing: texts
 * live as long as the world. */
#ifndef TAGWERK_TESTS_LOOK_H
#define TAGWERK_TESTS_LOOK_H

#include "harness/world.h"

#define SHIPMENTS_CSV "shop-parcels-shipments.csv"
#define ORDERS_CSV "shop-parcels-orders.csv"
#define MARKS_CSV "shop-parcels-marks.csv"
#define CANCELS_CSV "shop-parcels-cancels.csv"
#define TAG "Sendcloud abgeschlossen"
#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)

/* A member of an order of the shop: "tracking", "method", "info1", ...; NULL when it says nothing.
 */
const char *shop_says(struct world *w, const char *order, const char *member);
bool shop_tagged(struct world *w, const char *order, const char *tag);
/* The merchant changes an order. */
void shop_changes(struct world *w, const char *order, const char *members);
/* Orders first, first+1, ... with these members each ("" for none). */
void shop_sells(struct world *w, int64_t first, size_t count, const char *members);

/* The order in Sendcloud's list; NULL: it is not there. Below it, "body" is what was pushed. */
const struct node *incoming(struct world *w, const char *order);
const char *incoming_says(struct world *w, const char *order, const char *path);
size_t incoming_count(struct world *w);
/* How often the order was pushed. */
int64_t pushes(struct world *w, const char *order);

/* Somebody prints the labels of an order: JSON members besides, like "\"count\":2", or "". */
void print_label(struct world *w, const char *order, const char *members);
/* Of the order's n-th parcel: "id", "tracking_number". */
const char *parcel_says(struct world *w, const char *order, size_t n, const char *member);
/* Moves the order's n-th parcel to a status; JSON members besides, or "". */
void parcel_moves(struct world *w, const char *order, size_t n, int status, const char *members);
/* Somebody makes a parcel with a label by hand, with these members besides an address. */
void parcel_by_hand(struct world *w, const char *members);

/* A switch of the sandbox: "afterbuy.tags_replace". */
void set_switch(struct world *w, const char *name, int value);
void clear_faults(struct world *w);
/* How many faults were played. */
int64_t faults_played(struct world *w);
int64_t calls_of(struct world *w, const char *system, const char *call);

/* The report's row of that record has this state and reason. */
void assert_word(struct world *w, const char *day, const char *file, const char *ref,
                 const char *state, const char *reason);
/* The last run's output holds these words. */
void assert_told(const struct world *w, const char *words);
void assert_not_told(const struct world *w, const char *words);

#endif
