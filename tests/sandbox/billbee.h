/*
 * billbee: one Billbee installation: merchants with orders, articles, stock, shipments and events.
 *
 * Written from the API reference and the vendor's Swagger file. Data belongs to an account, found
 * by user and API password. An order is the text of its answer, rendered once, plus what changes or
 * is asked for: state, tags, shipments, dates. Records are appended and keep their numbers; the
 * list of orders runs along `recent`, where a change moves an order, as rows of a live table move
 * between the pages of a client.
 *
 * Owns: all accounts.
 * Units: _ms milliseconds since 1970 UTC; _wall milliseconds that a wall clock in Berlin would have
 * counted (what the naive dates of this API show; see the switch billbee.utc); milli 1/1000 of a
 * piece.
 */
#ifndef SANDBOX_BILLBEE_H
#define SANDBOX_BILLBEE_H

#include <jansson.h>

#include "sandbox/billbee_shape.h"
#include "sandbox/clock.h"
#include "sandbox/index.h"
#include "sandbox/system.h"

enum {
    BB_ORDERED = 1,
    BB_PAID = 3,
    BB_SHIPPED = 4,
    BB_CANCELED = 8,
    BB_STATES = 17,
    BB_CARRIERS = 20,
    BB_NO_RECORD = UINT32_MAX >> 1
};

/* Of the events that the sandbox itself writes. */
enum bb_event_type {
    BB_E_IMPORTED = 0,
    BB_E_SHIPPED = 12,
    BB_E_PAID = 13,
    BB_E_STATE = 15,
    BB_E_SHIPMENT = 18,
    BB_E_CANCELED = 24,
    BB_E_CREATED = 29,
    BB_E_CHANGED = 61,
    BB_E_TAGS = 62,
    BB_E_TRIGGERED = 86
};

struct bb_shipment {
    int64_t id, created_wall;
    uint32_t order;
    char *number;              /* the tracking number, NULL when none */
    char *shipper;             /* NULL when none */
    int64_t provider, product; /* 0: none */
    int carrier, type;         /* -1: none */
    bool told;                 /* the marketplace learnt of it */
};

struct bb_event {
    int64_t id, at_wall;
    uint32_t order;
    int type;
    char *detail; /* "" when none */
};

/* What an order reserves of an article. */
struct bb_line {
    uint32_t article;
    int64_t milli;
};

struct bb_order {
    int64_t id, shop;   /* shop 0: entered by hand */
    char *wire;         /* the answer's JSON, with marks */
    char *number, *ref; /* OrderNumber and Id; NULL when none */
    char *posted;       /* what POST /orders said; NULL for all others */
    char **tags;
    size_t tag_count;
    uint32_t *shipments, *events; /* record numbers */
    size_t shipment_count, event_count;
    struct bb_line *lines;
    size_t line_count;
    int64_t created_wall, modified_wall, shipped_wall, payed_wall; /* CLOCK_NEVER: null */
    int64_t asked_ms;                                              /* the minute's first read */
    uint32_t record;                                               /* its number in orders */
    size_t place;                                                  /* in recent */
    uint64_t turn; /* of the last change: orders of one moment keep their sequence */
    int state;
    uint16_t lag; /* reads that do not see it yet */
    uint8_t asked;
    bool reserves; /* its lines count as unfulfilled */
};

struct bb_stock {
    int64_t milli, warning;
    char *code; /* NULL when none */
    bool kept;
};

enum { BB_STOCKS = 4 };

struct bb_article {
    int64_t id, created_wall, cents, grams;
    char *wire, *sku, *ean, *title, *tariff, *origin; /* NULL when none, but for wire */
    struct bb_stock stocks[BB_STOCKS];
    int64_t reserved; /* milli */
    int type;
    bool gone;
};

/* Times of the last calls, to keep a limit of `max` calls per span. */
enum { BB_RING = 50 };
struct bb_ring {
    int64_t at_ms[BB_RING];
    size_t next;
};

/* The rows that one question found, as long as nothing has changed. */
struct bb_found {
    uint64_t question, changes;
    uint32_t *rows;
    size_t count;
    bool valid;
};

struct bb_day {
    int64_t day;    /* since 1970, by the wall clock */
    int64_t *calls; /* by endpoint */
};

struct bb_page_limit {
    int64_t page, first_ms, second_ms;
};

struct bb_account {
    struct bb_account *next;
    char *name, *user, *password, *api_key;
    char *rule_url; /* of the rule "call an address when an order is cancelled"; NULL: none */
    bool rule_hears_api;
    json_t *shops, *stocks, *providers, *hooks;
    struct bb_order **orders; /* by record number */
    size_t order_count, order_max;
    uint32_t *recent; /* record numbers, oldest change first; BB_NO_RECORD: moved away */
    size_t recent_count, recent_max, recent_holes;
    bool recent_mixed; /* must be sorted before it is read */
    struct bb_article **articles;
    size_t article_count, article_max;
    struct bb_shipment **shipments;
    size_t shipment_count, shipment_max;
    struct bb_event **events;
    size_t event_count, event_max;
    struct index by_id, by_number, by_article, by_sku, by_ean;
    int64_t next_order, next_article, next_address, next_item, next_shipment, next_event, next_hook,
        next_number;
    uint64_t changes, turns;
    size_t lagging; /* orders that are not visible yet */
    struct bb_found found;
    struct bb_ring *endpoints, user_ring;
    struct bb_page_limit *pages; /* of GET /events */
    size_t page_count;
    struct bb_day *days;
    size_t day_count;
};

extern const struct system billbee_system;

/* ---- dates ---- */
/* What the wall clock shows at a time, and now. */
int64_t bb_wall(int64_t utc_ms);
int64_t bb_now(void);
int64_t bb_wall_to_utc(int64_t wall);
/* yyyy-MM-dd, with a time behind T or a blank, with a zone or (wall clock) without. */
bool bb_date_parse(const char *s, int64_t *wall);
/* "2024-05-02T08:15:09.42", null for CLOCK_NEVER; with quotes. */
void bb_date_text(struct text *t, int64_t wall);
json_t *bb_date_json(int64_t wall);

/* ---- accounts ---- */
void bb_accounts_open(void);
void bb_accounts_done(void);
bool bb_account_add(const json_t *said);
struct bb_account *bb_account_by_name(const char *name); /* NULL name: the first */
struct bb_account *bb_account_first(void);
struct bb_account *bb_account_by_user(const char *user, const char *password);
/* Row of shops, stocks or providers with that id; NULL when there is none. */
const json_t *bb_row(const json_t *list, const char *key, int64_t id);

/* ---- orders ---- */
uint32_t bb_order_record(const struct bb_account *a, int64_t id);
struct bb_order *bb_order_find(const struct bb_account *a, int64_t id);
/* Steps through the orders with that number; start with *step = 0; NULL at the end. */
struct bb_order *bb_order_numbered(const struct bb_account *a, const char *number, size_t *step);
/* Makes an order of a complete object; ids that it lacks are made up and put into it. */
struct bb_order *bb_order_new(struct bb_account *a, json_t *said, bool extra);
/* Reads the object again after a change. */
void bb_order_set(struct bb_account *a, struct bb_order *o, json_t *said, bool extra);
/* What the order is now, as an object. */
json_t *bb_order_object(const struct bb_account *a, const struct bb_order *o);
/* Stamps the order as modified now and moves it to the end of recent. */
void bb_order_touch(struct bb_account *a, struct bb_order *o);
/* Stamps it with another time. */
void bb_order_stamp(struct bb_account *a, struct bb_order *o, int64_t wall);
void bb_order_state(struct bb_account *a, struct bb_order *o, int state);
bool bb_has_tag(const struct bb_order *o, const char *tag);
/* Adds those that are missing; counts them. */
size_t bb_tags_add(struct bb_order *o, const json_t *tags);
/* Replaces all by the list as it is said. */
void bb_tags_set(struct bb_order *o, const json_t *tags);
struct bb_shipment *bb_shipment_new(struct bb_account *a, struct bb_order *o);
void bb_event_add(struct bb_account *a, struct bb_order *o, int type, const char *detail);
const char *bb_event_name(int type);
/* Sorts out recent, so that it may be read. */
void bb_recent_ready(struct bb_account *a);
void bb_orders_done(struct bb_account *a);

/* ---- articles ---- */
uint32_t bb_article_record(const struct bb_account *a, int64_t id);
uint32_t bb_article_by(const struct bb_account *a, const char *code, bool ean);
struct bb_article *bb_article_new(struct bb_account *a, json_t *said, bool extra);
void bb_article_set(struct bb_account *a, struct bb_article *p, json_t *said, bool extra);
json_t *bb_article_object(const struct bb_account *a, const struct bb_article *p);
void bb_articles_done(struct bb_account *a);

/* ---- answers ---- */
extern const char bb_json_type[]; /* the Content-Type of them all */
void bb_order_text(struct text *t, const struct bb_account *a, const struct bb_order *o);
void bb_shipment_text(struct text *t, const struct bb_shipment *s);
void bb_event_text(struct text *t, const struct bb_event *e);
void bb_article_text(struct text *t, const struct bb_account *a, const struct bb_article *p);
/* The envelope of one thing: up to and behind the data. */
void bb_open(struct call *c, int status);
void bb_close(struct call *c);
/* The envelope of an error. */
void bb_error(struct call *c, int status, int code, const char *message);
void bb_error_entry(struct text *t, int code, const char *message);
/* 404 without an envelope. */
void bb_missing(struct call *c);
/* ASP.NET's 400; takes the object of errors over, which may be NULL. */
void bb_invalid(struct call *c, json_t *errors);
/* The body, judged by a table (that may be NULL). NULL, and an answer, when it is wrong. */
json_t *bb_body(struct call *c, const struct bb_field *shape, const char *name);
/* An id out of the path; false, and an answer, when it is none. */
bool bb_path_id(struct call *c, const char *part, int64_t *out);

/* One page of a list. */
struct bb_page {
    int64_t number, size;
    size_t total, from, to; /* rows that belong to it */
    int64_t pages;
};
/* Reads page and pageSize; false, and an answer, when they are no numbers. */
bool bb_page_read(struct call *c, struct bb_page *p);
/* Chooses the rows out of total, as the faults of paging want it. */
void bb_page_take(struct call *c, struct bb_page *p, size_t total);
/* The paged envelope up to the data; bb_page_close ends it. */
void bb_page_open(struct call *c, const struct bb_page *p);
void bb_page_close(struct call *c);

/* One query parameter, wherever its index stands: tag=, tag[0]=. Start with *at = 0. */
const char *bb_query(const struct call *c, const char *name, size_t *at);
/* Typed ones: false, and an answer, when a value is wrong; absent ones leave *out. */
bool bb_query_date(struct call *c, const char *name, int64_t *out);
bool bb_query_int(struct call *c, const char *name, int64_t *out);
bool bb_query_bool(struct call *c, const char *name, bool *out);

/* Rewrites the JSON of an answer as XML, for clients that did not ask for JSON. */
void bb_as_xml(struct call *c);
/* Rewrites it as the Swagger file has it: no null, a number for ErrorDescription, dates with zone.
 */
void bb_by_the_book(struct call *c);

/* The merchant's rule: calls its address when an order has just become cancelled. */
void bb_rule_run(const struct bb_account *a, const struct bb_order *o, bool by_api);

/* ---- limits ---- */
/* Seconds to wait; 0 when the call is welcome, which it then counts. */
int64_t bb_limit(struct bb_account *a, size_t endpoint);
/* The further limit of GET /orders/{id}; false, and an answer, when it is reached. */
bool bb_limit_order(struct call *c, struct bb_order *o);
bool bb_limit_events(struct call *c, struct bb_account *a, int64_t page);
void bb_throttle(struct call *c, int64_t seconds);
void bb_limits_done(void);
void bb_usage_count(struct bb_account *a, size_t endpoint);

/* ---- calls ---- */
typedef void bb_call_fn(struct call *c, struct bb_account *a, const struct path_parts *parts);
bb_call_fn bb_orders_get, bb_orders_post, bb_order_get, bb_order_patch, bb_order_by_number,
    bb_patchable_get, bb_tags_post, bb_tags_put, bb_state_put, bb_shipment_post, bb_trigger_post,
    bb_products_get, bb_product_get, bb_products_post, bb_product_patch, bb_product_delete,
    bb_stocks_get, bb_stock_post, bb_stocks_post, bb_stock_code_post, bb_reserved_get,
    bb_shipments_get, bb_providers_get, bb_carriers_get, bb_ping_get, bb_enum_get, bb_events_get,
    bb_shops_get, bb_hooks_get, bb_hook_get, bb_hooks_post, bb_hook_put, bb_hooks_delete,
    bb_hook_delete, bb_hook_filters_get, bb_usage_get, bb_usage_detail_get;
size_t bb_endpoint_count(void);
const char *bb_endpoint_name(size_t i);

/* ---- control ---- */
bool bb_control(struct call *c, const char *path, const json_t *said);
bool bb_state(struct text *t, const char *account);
size_t bb_check(struct text *t);
/* Members that no answer has are a slip of the pen: false. On purpose they stand in "extra", whose
 * own members this puts into the order. */
bool bb_order_members(json_t *said);
/* Adds what a scenario did not say about an order. */
void bb_order_complete(struct bb_account *a, json_t *order);
bool bb_fill(const json_t *said, struct text *report);

#endif
