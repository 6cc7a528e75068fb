/*
 * afterbuy: one Afterbuy installation, its merchants, and what they have sold.
 *
 * Written from the API reference. Data belongs to an account; an account is found by its tokens or
 * by its four older credentials. Orders are kept sorted by id, as RangeID paging reads them.
 *
 * Owns: all accounts.
 * Units: dates are German wall-clock seconds (see clock.h), CLOCK_NEVER if none.
 */
#ifndef SANDBOX_AFTERBUY_H
#define SANDBOX_AFTERBUY_H

#include <jansson.h>
#include <libxml/tree.h>

#include "sandbox/afterbuy_fields.h"
#include "sandbox/clock.h"
#include "sandbox/system.h"

/* The dates one can filter by. */
enum ab_date {
    AD_AUCTION_END,
    AD_FEEDBACK,
    AD_PAY,
    AD_SHIPPING,
    AD_INVOICE,
    AD_MOD,
    AD_XML,
    AD_MAIL,
    AD_REMINDER,
    AD_DATES
};

struct ab_order {
    int64_t id;
    int64_t dates[AD_DATES]; /* what the fields say, for filters */
    struct bag fields;       /* ab_order_kind */
    struct bag tags;         /* all under number 0 */
    struct bag *items;       /* ab_item_kind */
    struct bag *labels;      /* ab_label_kind */
    uint16_t item_count, label_count;
    uint16_t lag; /* reads that do not see it yet */
    bool hidden, cancelled;
};

struct ab_product {
    int64_t id;
    struct bag fields; /* ab_product_kind */
};

struct ab_account {
    struct ab_account *next;
    char *name;
    char *partner_token, *account_token;
    char *partner_id, *partner_password, *user_id, *user_password;
    struct ab_order **orders; /* sorted by id */
    size_t order_count, order_max;
    struct ab_product **products; /* sorted by id */
    size_t product_count, product_max;
    char **tags; /* the Tag Manager */
    size_t tag_count;
    int64_t next_order_id, next_product_id, next_customer;
    int64_t day, calls_today;
};

/* One parsed request and the answer under construction. */
struct ab_request {
    struct call *call;
    xmlDoc *doc;
    xmlNode *root;
    char *name; /* CallName as sent; "" when absent */
    int64_t detail;
    struct ab_account *account; /* NULL: credentials unknown */
};

extern const struct system afterbuy_system;

/* accounts and records */
struct ab_account *ab_account_by_name(const char *name); /* NULL name: the first */
struct ab_account *ab_account_find(const char *const *said);
struct ab_account *ab_account_first(void);
bool ab_account_add(const json_t *said);
void ab_accounts_open(void);
void ab_accounts_done(void);
struct ab_order *ab_order_find(const struct ab_account *a, int64_t id);
/* Position of the first order with at least that id. */
size_t ab_order_seek(const struct ab_account *a, int64_t id);
/* Takes the order over; one with the same id is replaced. */
void ab_order_put(struct ab_account *a, struct ab_order *o);
struct ab_order *ab_order_new(int64_t id);
struct ab_order *ab_order_copy(const struct ab_order *o);
void ab_order_free(struct ab_order *o);
struct bag *ab_item_new(struct ab_order *o);
struct bag *ab_label_new(struct ab_order *o);
/* Reads the dates out of the fields again; to be called after every change. */
void ab_order_refresh(struct ab_order *o);
/* Stamps all items with the present time. */
void ab_order_touch(struct ab_order *o);
struct ab_product *ab_product_find(const struct ab_account *a, int64_t id);
size_t ab_product_seek(const struct ab_account *a, int64_t id);
void ab_product_put(struct ab_account *a, struct ab_product *p);
void ab_product_free(struct ab_product *p);
bool ab_tag_known(const struct ab_account *a, const char *tag);
void ab_tags_set(struct ab_account *a, const json_t *names);
bool ab_has_tag(const struct ab_order *o, const char *tag);

/* requests (XML) */
xmlNode *ab_child(const xmlNode *node, const char *name);
xmlNode *ab_next(const xmlNode *node); /* next element of the same name */
/* New text of a child, NULL when it is missing. */
char *ab_child_text(const xmlNode *node, const char *name);
char *ab_node_text(const xmlNode *node);
int64_t ab_child_int(const xmlNode *node, const char *name, int64_t otherwise);
/* 1, -1 and true are true; a missing or empty child is otherwise. */
bool ab_child_bool(const xmlNode *node, const char *name, bool otherwise);

/* answers (XML) */
enum ab_status { AB_SUCCESS, AB_WARNING, AB_ERROR };
void ab_answer_open(struct ab_request *r, enum ab_status status);
void ab_answer_close(struct ab_request *r);
/* A complete answer with one error. */
void ab_answer_error(struct ab_request *r, int64_t code, const char *text);
/* One entry of an ErrorList or WarningList; word is "Error" or "Warning". */
void ab_trouble(struct text *t, const char *word, int64_t code, const char *text,
                const char *extra);
void ab_element(struct text *t, const char *name, const char *value);
void ab_element_int(struct text *t, const char *name, int64_t value);
/* An element in its style; quirk chooses among the ways to write it. */
void ab_element_styled(struct text *t, const char *name, enum ab_style style,
                       const struct bag_entry *value, uint64_t quirk);
uint64_t ab_quirk(int64_t id, uint64_t what);
void ab_write_order(struct text *t, const struct ab_order *o, int64_t detail);
void ab_write_product(struct text *t, const struct ab_product *p, int64_t detail, bool base);

/* calls */
typedef void ab_call_fn(struct ab_request *r);
ab_call_fn ab_get_time, ab_get_sold_items, ab_get_shop_products, ab_get_stock_info,
    ab_get_shipping_services, ab_get_flags, ab_update_sold_items, ab_cancel_orders,
    ab_update_shop_products;
void ab_shop_interface(struct call *c, bool utf8);

/* control */
bool ab_control(struct call *c, const char *path, const json_t *said);
bool ab_state(struct text *t, const char *account);
size_t ab_check(struct text *t);
/* A complete, shippable order dated now, German wall-clock. */
struct ab_order *ab_order_default(struct ab_account *a, int64_t id, int64_t local);
/* The item that goes into it; dates as text. */
void ab_item_default(struct ab_order *o, struct bag *item, const char *when);
/* What the JSON says, on top of what the order has; false: not understood. */
bool ab_order_apply(struct ab_account *a, struct ab_order *o, const json_t *said);
bool ab_product_apply(struct ab_product *p, const json_t *said);

#endif
