/* wemalo.h: what the files of the wemalo connector share: how a call is begun, what an answer's
 * status is.
 *
 * Units: money of an order's head and of articles leaves in euros, that of positions in whole
 * cents, weight in grams, dimensions in centimetres. */
#ifndef TAGWERK_CONNECTOR_WEMALO_H
#define TAGWERK_CONNECTOR_WEMALO_H

#include "connector/connector.h"
#include "wire/json.h"

#define WEMALO_ARTICLES_MAX 50 /* of one call; no limit is published */
#define WEMALO_EVER "0101200000"

/* Names of calls, where judging tells them apart. */
#define WEMALO_ADD "POST /goodsOrder/add"
#define WEMALO_ADD_CONDITIONAL "POST /goodsOrder/addConditional"
#define WEMALO_CANCEL "PUT /goodsOrder/cancel"
#define WEMALO_STATUS "GET /goodsOrder/getStatus"

/* What an answer says of itself: its own `status` first. */
enum {
    WEMALO_SILENT = 0,       /* nothing: it is none of wemalo's */
    WEMALO_CONTRADICTS = -1, /* success and failure at once: nobody knows */
    WEMALO_UNKNOWN = 404,    /* no such order, article, page */
};
int wemalo_status(const struct response *response);
bool wemalo_is_good(const struct response *response);

/* Begins a request that carries a JSON body. */
struct json_out wemalo_json_begin(struct request *request, enum http_method method,
                                  const char *call, const struct account *account,
                                  const char *path);
void wemalo_get(struct request *request, const char *call, const struct account *account,
                const char *path);
/* The path of a call about one order, whose external id may hold anything. */
const char *wemalo_path_of(const char *path, const char *id, struct arena *arena);
/* The shop's name, where the account has one; ends the body. */
void wemalo_json_end(struct json_out *json, const struct account *account);
void wemalo_put_filled(struct json_out *out, const char *key, const char *text);
/* Euros; UNSAID writes nothing. */
void wemalo_put_euros(struct json_out *out, const char *key, int64_t money_e4);
/* ddMMyyyyHH: since the hour in which `utc` lies; since ever when it is UNSAID. */
const char *wemalo_hour(const struct account *account, int64_t utc, struct arena *arena);
/* The first element of the list `name`. An answer that lacks the list is not believed. */
MUST_CHECK bool wemalo_list(const struct response *response, const char *name,
                            const struct node **first, struct err *err);
/* The order's status of an answer, as far as it tells one; NULL. */
const char *wemalo_status_name(const struct response *response);

judge_fn wemalo_judge;
write_fn wemalo_articles_write, wemalo_order_write, wemalo_cancel_write;
hear_fn wemalo_articles_hear, wemalo_order_hear, wemalo_cancel_hear;
seek_fn wemalo_articles_list, wemalo_order_status;
found_fn wemalo_articles_listed, wemalo_order_found, wemalo_cancel_found;
ask_fn wemalo_sent_ask, wemalo_stock_ask;
read_fn wemalo_sent_read, wemalo_stock_read;

#endif
