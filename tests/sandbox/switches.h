/*
 * switches: what nobody could confirm about a real system, and what a scenario wants otherwise.
 *
 * One row each in the list below: name, default, help. A number row also serves as yes/no. Set
 * over POST /_control/switches; a program may not rely on either side of an unconfirmed switch.
 */
#ifndef SANDBOX_SWITCHES_H
#define SANDBOX_SWITCHES_H

#include <jansson.h>

#include "sandbox/text.h"

#define WEMALO_SWITCHES(X)                                                                         \
    X(WM_RATE_LIMITS, "wemalo.rate_limits", 1, "419 when the bucket of calls is empty")            \
    X(WM_MAX_CALLS, "wemalo.max_calls", 60, "calls that the bucket holds")                         \
    X(WM_CALLS_A_MINUTE, "wemalo.calls_a_minute", 60, "calls that flow into the bucket")           \
    X(WM_AUTH_STATUS, "wemalo.auth_status", 401, "HTTP status of a wrong token, or 403")           \
    X(WM_HTTP_200, "wemalo.http_200", 1, "1: refusals come with HTTP 200, status in the body")     \
    X(WM_PLAIN_ERRORS, "wemalo.plain_errors", 0,                                                   \
      "refusals are plain text with their HTTP status (1) or HTTP 200 (2)")                        \
    X(WM_UNKNOWN_STATUS, "wemalo.unknown_status", 404, "status for an unknown order, or 400")      \
    X(WM_STRICT, "wemalo.strict", 1, "unknown fields are refused")                                 \
    X(WM_MIXED_IDS, "wemalo.mixed_ids", 1, "ids come as text or number, by record")                \
    X(WM_EAN_REQUIRED, "wemalo.ean_required", 1, "an article needs an ean")                        \
    X(WM_PRODUCT_AGAIN, "wemalo.product_add_again", 3,                                             \
      "product/add of a known externalId: 0 error, 1 change, 2 ignored, 3 second article")         \
    X(WM_CONFLICT, "wemalo.conflict", 0,                                                           \
      "a change takes another's sku or ean: 0 the rest is changed silently, 1 error")              \
    X(WM_MULTIPLE_PARTIAL, "wemalo.multiple_partial", 1,                                           \
      "1: a bad article in addMultiple leaves the others stored; 0: none is")                      \
    X(WM_MULTIPLE_MAX, "wemalo.multiple_max", 50, "articles that addMultiple takes")               \
    X(WM_ADD_AGAIN, "wemalo.add_again", 1,                                                         \
      "goodsOrder/add of a known externalId: 0 error, 1 silent second order, 2 change")            \
    X(WM_ADD_CONDITIONAL, "wemalo.add_conditional", 1, "the account has addConditional")           \
    X(WM_ADD_POSITION_BUG, "wemalo.add_position_bug", 1, "addPosition stores everything twice")    \
    X(WM_CANCEL_SILENT, "wemalo.cancel_silent", 1,                                                 \
      "a cancellation that comes too late is answered like one that worked")                       \
    X(WM_FIRST_STOCK, "wemalo.first_stock", 1000000, "pieces of a new article on the shelf")       \
    X(WM_SEED, "wemalo.seed", 0, "another warehouse: other delays, parcels, tracking numbers")     \
    X(WM_VARIETY, "wemalo.variety", 1,                                                             \
      "0: one parcel with a number each, nothing partly, nothing blocked")                         \
    X(WM_WORK_S, "wemalo.work_s", 7200, "seconds from OPEN to INPROCESS, -1: never")               \
    X(WM_PICK_S, "wemalo.pick_s", 1800, "to INPICKING, and on to READYFORSHIPMENT, -1: never")     \
    X(WM_PACK_S, "wemalo.pack_s", 900, "to packed, and from blocked to packed, -1: never")         \
    X(WM_SHIP_S, "wemalo.ship_s", 7200, "from PACKED to SHIPPED, -1: never")

#define SWITCH_NUMBERS(X)                                                                          \
    X(LATENCY_MS, "latency_ms", 0, "every answer takes that long, in real time")                   \
    X(AB_RANGE_INCLUSIVE, "afterbuy.range_inclusive", 1, "RangeID borders belong to the range")    \
    X(AB_PARTIAL_UPDATE, "afterbuy.partial_update", 1,                                             \
      "1: a bad order in UpdateSoldItems leaves the others applied; 0: none is applied")           \
    X(AB_TAGS_REPLACE, "afterbuy.tags_replace", 1,                                                 \
      "1: Tags of an update replace the tags of the order; 0: they are added")                     \
    X(AB_BARE_EMPTY, "afterbuy.bare_empty", 1,                                                     \
      "1: nothing found gives <Result/>; 0: counters of zero")                                     \
    X(AB_QUIRKS, "afterbuy.quirks", 1, "CDATA, booleans, decimal marks, letter case vary")         \
    X(AB_TAG_PLACE, "afterbuy.tag_place", 0, "0: by order, 1: Order/Tags, 2: SoldItem/Tags")       \
    X(AB_AUTH_CODE, "afterbuy.auth_code", 5, "ErrorCode of wrong credentials")                     \
    X(AB_PAGE_DEFAULT, "afterbuy.page_default", 100, "page size when none is asked for")           \
    X(AB_DAILY_CALLS, "afterbuy.daily_calls", 0,                                                   \
      "calls a day, 0: no limit (50000 in the contract)")                                          \
    X(AB_GZIP, "afterbuy.gzip", 0, "gzip answers when the client accepts it")                      \
    X(AB_CHUNKED, "afterbuy.chunked", 1, "answers come with Transfer-Encoding: chunked")           \
    X(SC_GZIP, "sendcloud.gzip", 1, "gzip answers when the client accepts it")                     \
    X(SC_RATE_LIMITS, "sendcloud.rate_limits", 1,                                                  \
      "1000 GET and 100 other calls a minute, 15 a second")                                        \
    X(SC_RETRY_AFTER, "sendcloud.retry_after", 0, "429 of the rate limit carries Retry-After")     \
    X(SC_STILL_PROCESSING, "sendcloud.still_processing", 0,                                        \
      "that many next POST /v3/orders answer 'still processing'")                                  \
    X(SC_PRINT_REMOVES, "sendcloud.print_removes", 1, "a printed order leaves the incoming list")  \
    X(SC_METHOD_EPOCH, "sendcloud.method_epoch", 0, "changes all shipping method ids")             \
    X(SC_MIXED_NULLS, "sendcloud.mixed_nulls", 0, "empty texts of parcels come as \"\" or null")   \
    X(SC_BY_THE_BOOK, "sendcloud.by_the_book", 0,                                                  \
      "1: where the OpenAPI files and recorded answers differ, follow the files")                  \
    X(SC_PARCELS_CLOSED, "sendcloud.parcels_closed", 0, "POST /parcels as for accounts of today")  \
    X(SC_PAGE_SIZE, "sendcloud.page_size", 100, "page size of the v2 lists")                       \
    X(SC_PRICES, "sendcloud.prices", 0, "shipping methods carry prices")                           \
    X(SC_HOOK_DUPLICATE, "sendcloud.hook_duplicate", 0, "every webhook is sent twice")             \
    X(SC_HOOK_REORDER, "sendcloud.hook_reorder", 0, "the webhooks of one event come last first")   \
    X(SC_HOOK_BAD_SIGNATURE, "sendcloud.hook_bad_signature", 0, "webhooks are signed wrongly")     \
    X(SC_HOOK_ODD_FIELDS, "sendcloud.hook_odd_fields", 0, "null and false stand for objects")      \
    X(SC_HOOK_ISO_DATES, "sendcloud.hook_iso_dates", 0,                                            \
      "2: webhook dates alternate, 1: ISO, 0: dd-MM-yyyy")                                         \
    X(SC_HOOK_SECONDS, "sendcloud.hook_seconds", 0, "webhook timestamps in seconds")               \
    X(BB_RATE_LIMITS, "billbee.rate_limits", 1,                                                    \
      "2 calls a second per endpoint, 10 per user, 50 per key; 6 a minute for one order")          \
    X(BB_RETRY_AFTER, "billbee.retry_after", 1, "429 of the rate limit carries Retry-After")       \
    X(BB_GZIP, "billbee.gzip", 1, "gzip answers when the client accepts it")                       \
    X(BB_XML, "billbee.xml", 1, "XML for whoever does not accept JSON")                            \
    X(BB_KEY_STATUS, "billbee.key_status", 401, "status of a missing or wrong API key (or 403)")   \
    X(BB_PAGE_MAX, "billbee.page_max", 250, "the largest pageSize; more is taken for this")        \
    X(BB_SORT, "billbee.sort", 2,                                                                  \
      "GET /orders: 2 oldest change first, 1 newest change first, 0 as created")                   \
    X(BB_TAGS_ALL, "billbee.tags_all", 1, "1: several tag= mean all of them, 0: any")              \
    X(BB_BY_THE_BOOK, "billbee.by_the_book", 0,                                                    \
      "1: where the Swagger file and recorded answers differ, follow the file")                    \
    X(BB_RULE_NUMBER, "billbee.rule_number", 0,                                                    \
      "{OrderId} in the address of a rule is 0: the internal id, 1: the OrderNumber")              \
    X(BB_UTC, "billbee.utc", 0, "dates without zone are 0: German, 1: UTC")                        \
    X(BB_ORDER_EXISTS, "billbee.order_exists", 0,                                                  \
      "POST /orders refuses 0: nothing, 1: the same Id in a shop, 2: the same OrderNumber")        \
    X(BB_CREDIT_PARENT, "billbee.credit_parent", 0,                                                \
      "1: a credit order names its original in BillBeeParentOrderId")                              \
    WEMALO_SWITCHES(X)

#define SWITCH_TEXTS(X)                                                                            \
    X(SC_PARTNER_ID, "sendcloud.partner_id", "", "the only Sendcloud-Partner-Id that is known")    \
    X(SC_TRACKING_404, "sendcloud.tracking_bucket", "v2/103",                                      \
      "key prefix in the S3 error document")                                                       \
    X(WM_BORDER, "wemalo.border", "INPROCESS", "from this status on an order cannot be changed")

enum switch_number {
#define X(id, name, value, help) SWITCH_##id,
    SWITCH_NUMBERS(X)
#undef X
        SWITCH_NUMBER_COUNT
};

enum switch_text_id {
#define X(id, name, value, help) SWITCH_##id,
    SWITCH_TEXTS(X)
#undef X
        SWITCH_TEXT_COUNT
};

int64_t switch_int(enum switch_number which);
bool switch_on(enum switch_number which);
void switch_put(enum switch_number which, int64_t value);
const char *switch_words(enum switch_text_id which);
/* False when no switch has that name or it takes no such value. */
bool switch_set(const char *name, const json_t *value);
/* New reference: {"name": value, ...} */
json_t *switch_dump(void);
void switch_help(struct text *t);
void switch_reset(void);

#endif
