/* depot.h: what scenarios of the second route (Billbee to wemalo) do and look at, in the words of
 * their story: a merchant who sells and changes his mind, a warehouse that ships. Beside look.h,
 * which holds what both routes share.
 *
 * The world of a test is its *state; it ends with the test, however that goes. In it the warehouse
 * does nothing by itself, and every order leaves in one parcel with a number.
 * Everything fails the test on its own, but for what says that it returns NULL. Owns nothing: texts
 * live as long as the world. */
#ifndef TAGWERK_TESTS_DEPOT_H
#define TAGWERK_TESTS_DEPOT_H

#include "harness/warehouse.h"
#include "look.h"

/* When these scenarios play: ten in the morning, in Berlin. */
#define DEPOT_NOW "2024-06-04T08:00:00Z"
#define DEPOT_DAY "2024-06-04"
#define DEPOT_ORDERS "shop-warehouse-orders.csv"
#define DEPOT_ARTICLES "shop-warehouse-articles.csv"
#define DEPOT_SHIPMENTS "shop-warehouse-shipments.csv"
#define DEPOT_CANCELS "shop-warehouse-cancels.csv"
#define DEPOT_MARKS "shop-warehouse-marks.csv"
#define DEPOT_STOCK "shop-warehouse-stock.csv"
#define RECEIVED "order_received_by_wemalo"

#define CALL_TAG "POST /orders/{id}/tags"
#define CALL_STATE "PUT /orders/{id}/orderstate"
#define CALL_NUMBER "POST /orders/{id}/shipment"
#define CALL_PUSH "POST /goodsOrder/addConditional"
#define CALL_ARTICLES "POST /product/addMultiple"
#define CALL_CANCEL "PUT /goodsOrder/cancel/{externalId}"

int depot_open(void **state);
int depot_close(void **state);
#define IN_DEPOT(story) cmocka_unit_test_setup_teardown(story, depot_open, depot_close)

/* A run, so much later that it sees all that was done before. */
int run_a_minute_later(struct world *w);
int run_later(struct world *w);
/* Everything balances, and of two further runs, an hour apart, the second writes nothing. */
void depot_ends_quietly(struct world *w);

/* ---- the merchant ---- */

/* Sells: an order with these JSON members besides sensible ones; its id. */
const char *sold(struct world *w, const char *members);
/* Changes an order; returns its id, or that of the credit order that was made. */
const char *merchant(struct world *w, const char *order, const char *members);
/* Enters an article, or changes one; its id. */
const char *goods(struct world *w, const char *members);

int64_t shop_state(struct world *w, const char *order);
bool shop_has_tag(struct world *w, const char *order, const char *tag);
size_t shop_tags(struct world *w, const char *order);
/* The numbers at the order; of them those that the marketplace was told. */
size_t shop_numbers(struct world *w, const char *order);
size_t shop_numbers_told(struct world *w, const char *order);
bool shop_has_number(struct world *w, const char *order, const char *tracking);
/* "carrier" of the shipment with that number. */
const char *shop_number_says(struct world *w, const char *order, const char *tracking,
                             const char *member);

/* ---- the warehouse ---- */

/* The order as the warehouse has it, the newest of that id; NULL: it has none. */
const struct node *depot_order(struct world *w, const char *order);
const char *depot_status(struct world *w, const char *order);
int64_t depot_pushes(struct world *w, const char *order);
/* Goes on to a status: "INPROCESS". */
void depot_moves(struct world *w, const char *order, const char *status);
/* Hands over: JSON members besides, like "\"parcels\":2,\"partly\":true", or "". */
void depot_ships(struct world *w, const char *order, const char *members);
/* The tracking number of the order's n-th parcel. */
const char *depot_number(struct world *w, const char *order, size_t n);
/* The order's n-th position: "sku", "quantity", "total". */
const char *depot_line(struct world *w, const char *order, size_t n, const char *member);
/* Over all positions, in cents; how many positions. */
int64_t depot_total_cents(struct world *w, const char *order);
size_t depot_lines(struct world *w, const char *order);
/* The article with that external id; NULL: there is none. Below it, "body". */
const struct node *depot_article(struct world *w, const char *article);

/* ---- reports ---- */

void assert_row(struct world *w, const char *file, const char *ref, const char *state,
                const char *reason);
/* Of today's report; NULL: there is no such row. */
const char *depot_cell(struct world *w, const char *file, const char *ref, const char *column);

#endif
