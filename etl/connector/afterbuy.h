/* afterbuy.h: what the files of the Afterbuy connector share: how a call is begun, how GetSoldItems
 * is asked and paged.
 *
 * Errors: none of these fails; a body that grows beyond its ceiling is found when it is sent. */
#ifndef TAGWERK_CONNECTOR_AFTERBUY_H
#define TAGWERK_CONNECTOR_AFTERBUY_H

#include "connector/connector.h"

#define AFTERBUY_BATCH_MAX 150 /* of UpdateSoldItems; more is error 75 */

ask_fn afterbuy_orders_ask, afterbuy_articles_ask;
read_fn afterbuy_orders_read, afterbuy_articles_read;

extern const struct sink afterbuy_sinks[];

/* An empty request for a call; whoever writes its body writes what follows AfterbuyGlobal. */
void afterbuy_begin(struct request *request, const struct account *account, const char *call,
                    bool changes);

/* The fixed questions of GetSoldItems: page size, ascending, with hidden orders or without. */
void afterbuy_sold_items(struct request *request, int64_t most, bool hidden);
void afterbuy_filter(struct buf *body, const char *name); /* opens <Filter> up to <FilterValues> */
void afterbuy_filter_end(struct buf *body);
/* A filter by one of the dates, in local time; an UNSAID end is left open. */
void afterbuy_filter_date(struct buf *body, const struct account *account,
                          const struct window *window, const char *date);
/* A filter RangeID from this order id on; NULL: nothing. */
void afterbuy_range(struct buf *body, const char *from);

/* for (o = afterbuy_first_order(r); o; o = node_next(o)) */
const struct node *afterbuy_first_order(const struct response *response);

/* The order id from which the next page begins; NULL when this page, asked from `from`, was the
 * last one. */
const char *afterbuy_next_page(const struct response *response, const char *from);

/* Where a page of the sold items stands: in which window, or slice of it, from which order id on
 * (NULL: from the first). */
struct afterbuy_place {
    struct window window;
    const char *id;
    bool sliced;
};
struct afterbuy_place afterbuy_place(const struct window *window, const char *cursor);

/* Names the pages to go on with, when this one was not the last. Its orders are in the intake. */
void afterbuy_go_on(const struct account *account, const struct response *response,
                    const char *cursor, struct intake *intake);

/* Tags of an order, from the order and from its items, each once. */
struct texts afterbuy_tags(const struct node *order, struct arena *arena);

#endif
