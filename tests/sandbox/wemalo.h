/*
 * wemalo: one wemalo warehouse: articles, goods orders, parcels, bookings, returns and webhooks.
 *
 * Written from the API reference. Data belongs to an account, found by its token. The warehouse
 * works by itself: every order has a moment at which its next step is due, and whoever asks
 * anything first lets all due steps happen, in the order of their moments (wm_age). What becomes of
 * an order follows from its external id alone, so that two runs see the same warehouse.
 *
 * Articles, orders, parcels and bookings are appended and never move: a position is an identity,
 * and the id that the outside sees is the account's base plus the position.
 *
 * Owns: all accounts.
 * Units: _ms milliseconds since 1970 UTC, _local wall-clock seconds in Berlin; grams; cents.
 */
#ifndef SANDBOX_WEMALO_H
#define SANDBOX_WEMALO_H

#include <jansson.h>

#include "sandbox/clock.h"
#include "sandbox/index.h"
#include "sandbox/switches.h"
#include "sandbox/system.h"

#define WM_NONE UINT32_MAX

/* In the order of life. */
enum wm_status {
    WM_PARTIAL,
    WM_OPEN,
    WM_INPROCESS,
    WM_INPICKING,
    WM_READYFORSHIPMENT,
    WM_BLOCKEDPACKED,
    WM_PACKED,
    WM_SHIPPED,
    WM_CANCELLED,
    WM_STATUSES
};

enum wm_reason {
    WM_INCOMING,
    WM_RETURNSHIPMENT,
    WM_PACK_PARCEL,
    WM_SENT,
    WM_INVENTORY_IN,
    WM_INVENTORY_OUT,
    WM_REASONS
};

/* Part of a set article; sets exist only by control. */
struct wm_part {
    uint32_t article;
    int64_t quantity;
};

struct wm_article {
    int64_t id;
    char *external_id, *sku, *ean;
    char *body; /* the accepted fields as a JSON object */
    int64_t stock, reserved;
    int64_t changed_ms, stock_ms;
    struct wm_part *parts;
    size_t part_count;
    bool inactive, ignored; /* ignored: ignorePicking */
};

struct wm_position {
    uint32_t article;
    int64_t quantity, asked; /* asked: what the request said that brought it */
    int64_t total_cents, tax_cents;
    char *identifier, *serial; /* may be NULL */
};

/* One thing in a parcel. */
struct wm_item {
    uint32_t article, parent; /* parent: the set article, or WM_NONE */
    int64_t quantity;
    const char *serial; /* of the position; may be NULL */
};

struct wm_profile {
    char *dispatcher, *product, *match_id, *name, *carrier, *carrier_product;
};

struct wm_order {
    int64_t id;
    char *external_id, *order_number;
    char *meta; /* the accepted header as a JSON object */
    struct wm_position *positions;
    size_t position_count;
    enum wm_status status;
    const char *reason; /* of PARTIAL; "" when there is none */
    char *block_reason; /* NULL when there is none */
    char *notes;        /* may be NULL */
    uint64_t seed;
    int64_t received_ms, due_ms, shipped_ms;
    int64_t wait_until_ms; /* expectedDeliveryDate */
    uint32_t *parcels;
    size_t parcel_count;
    json_t *wish; /* {"parcels":2,"tracking":[..]} of the control, or NULL */
    size_t documents;
    uint16_t lag; /* reads that do not see it yet */
    bool looked, reserved, blocked, reject_later;
};

struct wm_parcel {
    int64_t id;
    uint32_t order;
    char *tracking; /* "" for a letter */
    const struct wm_profile *profile;
    struct wm_item *items;
    size_t item_count;
    int64_t packed_ms, handed_ms; /* 0: not yet */
};

struct wm_booking {
    int64_t at_ms;
    uint32_t order, parcel, article, parent; /* WM_NONE where there is none */
    int64_t quantity;
    const char *serial;
    enum wm_reason reason;
    bool flagged;
};

/* An announced return or goods receipt. */
struct wm_notice {
    int64_t id;
    char *external_id; /* may be NULL */
    char *body;
    bool receipt, booked;
};

/* A return that was booked in. */
struct wm_return {
    uint32_t notice, booking;
    char *reason;
    bool flagged;
};

struct wm_due {
    int64_t due_ms;
    uint32_t order;
};

struct wm_push {
    char *external_id;
    int64_t times;
};

/* Where the next page of a list begins that grows only at its end. */
struct wm_memo {
    int64_t from_local, to_local; /* whose list it is */
    size_t number, at;
};

struct wm_hook {
    char *url, *token; /* url NULL: not registered */
    uint64_t source;   /* what hook knows it by */
};

enum wm_event { WM_STATUS_UPDATE, WM_TRACKING_ADDED, WM_STOCK_CHANGE, WM_REFURBISHMENT, WM_EVENTS };

struct wm_account {
    struct wm_account *next;
    char *name, *token, *shop;
    int64_t base; /* of its ids */
    struct wm_article **articles;
    size_t article_count, article_max;
    struct wm_order **orders;
    int64_t dimensions_late; /* said of an article that is there: never taken */
    size_t order_count, order_max;
    struct wm_parcel **parcels;
    size_t parcel_count, parcel_max;
    struct wm_booking *bookings;
    size_t booking_count, booking_max;
    size_t unflagged_from[WM_REASONS]; /* nothing in front of it waits for its flag */
    struct wm_notice *notices;
    size_t notice_count;
    struct wm_return *returns;
    size_t return_count;
    struct wm_push *pushes;
    size_t push_count, push_max;
    struct wm_due *due; /* heap, the earliest first */
    size_t due_count, due_max;
    struct wm_profile **profiles;
    size_t profile_count;
    struct index by_external, by_sku, by_ean, by_order, by_push;
    struct wm_hook hooks[WM_EVENTS];
    struct wm_memo sent;
    int64_t calls_milli, filled_ms; /* the rate limit's bucket, in 1/1000 calls */
};

extern const struct system wemalo_system;

/* ---- model ---- */

void wm_accounts_open(void);
void wm_accounts_done(void);
bool wm_account_add(const json_t *said);
struct wm_account *wm_account_first(void);
struct wm_account *wm_account_by_name(const char *name); /* NULL name: the first */
struct wm_account *wm_account_by_token(const char *token);

/* Position of the first article with that external id, sku or ean; WM_NONE. */
uint32_t wm_article_by_external(const struct wm_account *a, const char *external_id);
uint32_t wm_article_by_sku(const struct wm_account *a, const char *sku);
uint32_t wm_article_by_ean(const struct wm_account *a, const char *ean);
uint32_t wm_article_new(struct wm_account *a, const char *external_id);
/* Texts that are looked for: change them here, so that the index follows. */
void wm_article_put_sku(struct wm_account *a, uint32_t at, const char *sku);
void wm_article_put_ean(struct wm_account *a, uint32_t at, const char *ean);

/* The first live order with that external id, else its last cancelled one; NULL. */
struct wm_order *wm_order_find(const struct wm_account *a, const char *external_id);
/* Steps through all orders of an external id. */
struct wm_order *wm_order_next(const struct wm_account *a, const char *external_id, size_t *step);
struct wm_order *wm_order_by_id(const struct wm_account *a, int64_t id);
struct wm_order *wm_order_new(struct wm_account *a, const char *external_id);
uint32_t wm_order_position(const struct wm_account *a, const struct wm_order *o);
void wm_positions_free(struct wm_position *positions, size_t count);
void wm_push_count(struct wm_account *a, const char *external_id);

struct wm_parcel *wm_parcel_new(struct wm_account *a, uint32_t order);
struct wm_parcel *wm_parcel_by_id(const struct wm_account *a, int64_t id);
void wm_book(struct wm_account *a, struct wm_booking b);
int64_t wm_history_id(const struct wm_account *a, size_t booking);
/* Position of the booking with that id; false when there is none. */
bool wm_booking_by_id(const struct wm_account *a, int64_t id, size_t *out);

const struct wm_profile *wm_profile_by_match(const struct wm_account *a, const char *match_id);
void wm_profile_add(struct wm_account *a, const char *const parts[6]);

/* ---- the warehouse ---- */

/* Lets everything happen whose time has come. */
void wm_age(struct wm_account *a);
const char *wm_status_name(enum wm_status status);
const char *wm_status_id(enum wm_status status);
enum wm_status wm_status_of(const char *name); /* WM_STATUSES: unknown */
/* True while the order may still be changed. */
bool wm_order_open(const struct wm_order *o);
/* A new or changed order comes in: reserves, or waits. */
void wm_receive(struct wm_account *a, struct wm_order *o);
void wm_release(struct wm_account *a, struct wm_order *o);
bool wm_cancel(struct wm_account *a, struct wm_order *o);
/* Cancelled, but the warehouse thinks again a quarter of an hour later. */
void wm_cancel_for_now(struct wm_account *a, struct wm_order *o);
/* Goes on until that state is reached; false when it lies behind. */
bool wm_force(struct wm_account *a, struct wm_order *o, enum wm_status wanted);
/* Hands over one parcel that still stands here; false when there is none. */
bool wm_hand_over(struct wm_account *a, struct wm_order *o, int64_t at_ms);
/* due_ms INT64_MAX: it stays where it is. */
void wm_set_due(struct wm_account *a, struct wm_order *o, int64_t due_ms);
void wm_stock_move(struct wm_account *a, uint32_t article, int64_t quantity, int64_t at_ms);
int64_t wm_available(const struct wm_account *a, uint32_t article);

/* ---- requests ---- */

/* What is wrong with a request. */
struct wm_wrong {
    int status;
    const char *key;  /* the member of the answer that says it */
    const char *code; /* its value, "NOT_FOUND", or NULL: the detail */
    char detail[160];
};

enum wm_type {
    WM_TEXT,
    WM_ID,     /* text or whole number */
    WM_WHOLE,  /* whole number from 0 */
    WM_NUMBER, /* any number */
    WM_BOOL,
    WM_FLAG, /* 0 or 1 */
    WM_LIST,
    WM_OBJECT,
    WM_DAY,     /* yyyy-MM-dd */
    WM_COUNTRY, /* two capital letters */
    WM_MATCH,   /* sku or externalId */
    WM_PRIORITY /* 0 to 5 */
};

struct wm_field {
    const char *name; /* NULL ends a list */
    enum wm_type type;
    bool required;
};

/* The fields that were said, without nulls, as a new object; NULL, and what is wrong. */
json_t *wm_taken(const json_t *said, const struct wm_field *fields, struct wm_wrong *wrong);
/* Always false. */
bool wm_is_wrong(struct wm_wrong *wrong, int status, const char *key, const char *code,
                 const char *detail);
/* A text or number as text; NULL for anything else. The caller frees it. */
char *wm_words(const json_t *value);
/* A body with a shop must mean ours. NULL, and an answer, when the body is no JSON object. */
json_t *wm_body(struct call *c, const struct wm_account *a);
json_t *wm_compact(const char *body);
char *wm_dump(const json_t *body);

/* ---- answers ---- */

void wm_error(struct call *c, int status, const char *key, const char *code, const char *detail);
void wm_say_wrong(struct call *c, const struct wm_wrong *wrong);
/* Opens the answer; the members follow; wm_ok_end closes it with Success and status. */
struct text *wm_ok(struct call *c);
void wm_ok_end(struct call *c);
void wm_ok_plain(struct call *c);
/* An id that comes as text or number, always the same way for the same record. */
void wm_member_id(struct text *t, const char *key, int64_t id, uint64_t salt);
/* An external id: digits may come back as a number. */
void wm_member_external(struct text *t, const char *key, const char *id);
/* dd.MM.yyyy HH:mm:ss in Berlin; "" for 0. */
void wm_member_date(struct text *t, const char *key, int64_t ms);
void wm_member_bool(struct text *t, const char *key, bool value);
/* Begins the next element of a list. */
void wm_next(struct text *t);
/* "ddMMyyyyHH" as wall-clock seconds; false, and an answer, when it is something else. */
bool wm_from_date(struct call *c, int64_t *local);

/* One page of positions, counted from page 0. */
struct wm_page {
    size_t *at;
    size_t count, size, number;
    bool more;
};
typedef bool wm_fits_fn(const struct wm_account *a, size_t position, const void *query);
struct wm_range {
    size_t from, to;
    wm_fits_fn *fits;
    const void *query;
    struct wm_memo *memo; /* may be NULL */
};
/* False, and an answer, when the page is no number. */
bool wm_page_take(struct call *c, const struct wm_account *a, const struct wm_range *range,
                  struct wm_page *p);
void wm_page_done(struct wm_page *p);

typedef void wm_call_fn(struct call *c, struct wm_account *a, const struct path_parts *parts);
wm_call_fn wm_product_add, wm_product_add_multiple, wm_product_update, wm_product_get,
    wm_product_get_all, wm_product_active, wm_product_image, wm_product_unit_add,
    wm_product_unit_get, wm_shop_get, wm_stock_available, wm_stock_get, wm_stock_reduced,
    wm_flags_get, wm_flags_put;
wm_call_fn wm_order_add, wm_order_add_conditional, wm_order_meta, wm_order_add_position,
    wm_order_remove_position, wm_order_cancel, wm_order_priority, wm_order_note, wm_order_document,
    wm_order_finish, wm_order_status, wm_reservations_delete, wm_profiles_get;
wm_call_fn wm_packages_get, wm_tracking_get, wm_label_get, wm_sent_range, wm_sent_unflagged,
    wm_sent_flag;
wm_call_fn wm_return_announce, wm_return_booked, wm_return_flag, wm_return_bookings, wm_receipt_add,
    wm_receipt_get;
wm_call_fn wm_hook_register, wm_hook_list, wm_hook_remove;

/* Books what was announced; the number of pieces, -1: nothing of that external id waits. */
int64_t wm_notice_book(struct wm_account *a, const char *external_id);

/* ---- webhooks ---- */

/* False: nobody listens, and the event needs not be written. */
bool wm_hook_wanted(const struct wm_account *a, enum wm_event event);
/* Takes over the reference to the event's data. */
void wm_hook_event(struct wm_account *a, enum wm_event event, json_t *data);
/* Forgets the webhooks that failed too often. */
void wm_hooks_look(struct wm_account *a);
void wm_hooks_done(struct wm_account *a);

/* ---- control ---- */

bool wm_control(struct call *c, const char *path, const json_t *said);
bool wm_state(struct text *t, const char *account);
size_t wm_check(struct text *t);

#endif
