/* billbee.h: what the files of the Billbee connector share: names of calls, how an answer is opened
 * and judged, how a list is walked.
 *
 * Units: Billbee's weights are grams (of articles) and kilograms (of orders), lengths centimetres,
 * money gross in the unit of the currency. */
#ifndef TAGWERK_CONNECTOR_BILLBEE_H
#define TAGWERK_CONNECTOR_BILLBEE_H

#include "connector/connector.h"
#include "wire/json.h"

/* Names of calls, where judging tells them apart; each is one endpoint of the throttle. */
#define BILLBEE_ORDERS "GET /orders"
#define BILLBEE_ORDER "GET /orders/{id}"
#define BILLBEE_ORDER_BY_NUMBER "GET /orders/findbyextref/{extRef}"
#define BILLBEE_ORDERS_PATH "/api/v1/orders"
#define BILLBEE_BY_NUMBER_PATH BILLBEE_ORDERS_PATH "/findbyextref/"

ask_fn billbee_orders_ask, billbee_articles_ask;
read_fn billbee_orders_read, billbee_articles_read;
extern const struct sink billbee_sinks[];
judge_fn billbee_judge;

/* ---- answers ---- */

/* An envelope that says of itself that it is a success. */
bool billbee_is_success(const struct node *envelope);
/* Why not: the envelope's own words, or those of ASP.NET. */
void billbee_message(const struct node *root, struct buf *out);

/* The one order of an answer; NULL when Billbee says that there is none. An answer that says
 * neither is not believed. */
MUST_CHECK bool billbee_one_order(const struct response *response, const struct node **out,
                                  struct err *err);

/* A quantity: Billbee sells fabric by the metre, our pieces are whole. Anything else is the
 * record's flaw. */
int64_t billbee_pieces(const struct node *node, const char *path, struct record *record,
                       struct arena *arena);

/* Billbee writes 0 where it means "no article". */
static inline bool billbee_is_id(const char *id)
{
    return id && *id && *id != '0';
}

/* A moment as Billbee's queries have it: local time without a zone. */
const char *billbee_time(const struct account *account, int64_t utc, struct arena *arena);

/* ---- lists ---- */

/* Where a page stands: the how-many-th page of which walk through which list, how many rows the
 * list had when the walk began (UNSAID on the first page), and how many were seen since. */
struct billbee_place {
    const char *list;
    int64_t walk, page, rows, seen;
};

/* cursor NULL: the first page of `list`. */
struct billbee_place billbee_place(const char *cursor, const char *list, struct arena *arena);
void billbee_ask_page(const struct billbee_place *place, struct request *out);
/* The page's rows, and the page to go on with. */
MUST_CHECK bool billbee_page(const struct billbee_place *place, const struct response *response,
                             struct intake *out, const struct node **first, struct err *err);

/* An order of Billbee as record, with its flaw, if it has one. */
struct record *billbee_order(const struct node *node, const struct account *account,
                             struct arena *arena);

#endif
