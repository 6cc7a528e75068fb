/*
 * sendcloud: one Sendcloud installation: integrations, incoming orders (v2 shipments and v3
 * orders), parcels with their labels, and webhooks.
 *
 * Written from the API reference and the vendor's OpenAPI files. Data belongs to an account, found
 * by its key pair. Incoming orders and parcels are appended and never move, so a cursor is a
 * position.
 *
 * Owns: all accounts.
 * Units: _ms milliseconds since 1970 UTC.
 */
#ifndef SANDBOX_SENDCLOUD_H
#define SANDBOX_SENDCLOUD_H

#include <jansson.h>

#include "sandbox/clock.h"
#include "sandbox/index.h"
#include "sandbox/system.h"

/* Status ids that the sandbox itself acts upon; all others are only names. */
enum sc_status {
    SC_DELIVERED = 11,
    SC_NO_LABEL = 999,
    SC_READY = 1000,
    SC_ANNOUNCING = 1001,
    SC_FAILED = 1002,
    SC_CANCELLED_UPSTREAM = 1998,
    SC_CANCEL_REQUESTED = 1999,
    SC_CANCELLED = 2000,
    SC_CANCEL_SUBMITTING = 2001
};

struct sc_integration {
    int64_t id;
    char *shop_name, *shop_url, *webhook_url;
    bool webhook_active, service_point_enabled;
    json_t *carriers, *logs;
    int64_t updated_ms;
};

/* One entry of the list of incoming orders, by either API. */
struct sc_entry {
    int64_t id;
    int64_t integration;
    char *order_id, *shipment_id, *order_number; /* shipment_id may be NULL */
    char *body;                                  /* the accepted fields as a JSON object */
    int64_t created_ms, modified_ms;             /* when Sendcloud learnt of it */
    int64_t shop_created_ms, shop_updated_ms;
    uint16_t lag; /* reads that do not see it yet */
    bool v3, alive, printed;
};

struct sc_parcel {
    int64_t id, integration;
    char *order_number, *order_id, *shipment_id, *reference; /* the last three may be NULL */
    char *fixed; /* members that never change, as JSON text without braces */
    char uuid[37];
    char *tracking; /* "" before the label */
    char *method, *carrier, *carrier_name;
    int64_t method_id;
    int64_t created_ms, updated_ms, announced_ms, cancel_due_ms;
    int status, after_cancel;
    int collo_nr, collo_count;
    uint64_t collo_set;
    char *country, *postal_code;
    int64_t grams;
    json_t *customs; /* customs_information, NULL when none */
    uint16_t lag;
    bool is_return, gone, letter, reject_later;
};

struct sc_push {
    char *order_id;
    int64_t times;
};

/* What was asked in the present minute and second. */
struct sc_rate {
    int64_t minute, second;
    int64_t reads, writes, burst;
};

struct sc_account {
    struct sc_account *next;
    char *name, *public_key, *secret_key;
    int64_t user_id;
    struct sc_integration *integrations;
    size_t integration_count;
    struct sc_entry **entries;
    size_t entry_count, entry_max;
    struct sc_parcel **parcels;
    size_t parcel_count, parcel_max;
    struct sc_push *pushes;
    size_t push_count, push_max;
    struct index by_order, by_entry_number, by_parcel_number, by_reference, by_tracking, by_push;
    uint32_t *pending; /* parcels whose cancellation is under way */
    size_t pending_count;
    struct sc_rate rate;
};

struct sc_method {
    const char *name, *carrier, *carrier_name;
    int64_t from_g, to_g;
    const char *countries; /* blank separated codes; "*" all */
    bool letter;
};

extern const struct system sendcloud_system;

/* accounts */
void sc_accounts_open(void);
void sc_accounts_done(void);
bool sc_account_add(const json_t *said);
struct sc_account *sc_account_by_name(const char *name); /* NULL name: the first */
struct sc_account *sc_account_by_keys(const char *public_key, const char *secret_key);
struct sc_account *sc_account_first(void);
struct sc_integration *sc_integration_find(struct sc_account *a, int64_t id);

/* incoming orders */
struct sc_entry *sc_entry_find(const struct sc_account *a, int64_t integration, bool v3,
                               const char *order_id, const char *shipment_id);
struct sc_entry *sc_entry_by_id(const struct sc_account *a, int64_t id);
struct sc_entry *sc_entry_new(struct sc_account *a, int64_t integration, bool v3,
                              const char *order_id, const char *shipment_id);
void sc_entry_renumber(struct sc_account *a, struct sc_entry *e, const char *order_number);
void sc_entry_remove(struct sc_account *a, struct sc_entry *e);
void sc_push_count(struct sc_account *a, const char *order_id);
/* uuid of the n-th thing of an account. */
void sc_uuid(char out[37], uint64_t salt, int64_t n);
/* True when it can be read now; a thing with read lag becomes visible by and by. */
bool sc_visible(uint16_t *lag);
/* Under which by_order keeps an order. */
uint64_t sc_order_hash(int64_t integration, bool v3, const char *order_id);
/* Hash of a text whose letter case does not matter. */
uint64_t sc_hash_folded(const char *s);

/* parcels */
struct sc_parcel *sc_parcel_new(struct sc_account *a);
struct sc_parcel *sc_parcel_by_id(const struct sc_account *a, int64_t id);
uint32_t sc_parcel_position(const struct sc_account *a, const struct sc_parcel *p);
/* Enters order number and reference into the indexes; once they are set. */
void sc_parcel_index(struct sc_account *a, struct sc_parcel *p);
void sc_parcel_label(struct sc_account *a, struct sc_parcel *p, const struct sc_method *m);
/* Sets status and date, and lets the webhook fly. */
void sc_parcel_move(struct sc_account *a, struct sc_parcel *p, int status);
void sc_parcel_text(struct text *t, const struct sc_parcel *p, bool full);
bool sc_parcel_live(const struct sc_parcel *p);
/* Finishes the cancellations whose time has come. */
void sc_parcels_age(struct sc_account *a);
const char *sc_status_message(int status);
const struct sc_method *sc_method_find(const char *name, const char *carrier);
const struct sc_method *sc_method_for(const char *country, int64_t grams);
int64_t sc_method_id(const struct sc_method *m);
const struct sc_method *sc_method_by_id(int64_t id);
char *sc_tracking_number(const char *carrier, int64_t n);
/* Prints labels: count parcels for one incoming order. */
struct sc_print {
    const char *method, *carrier;
    int status, count;
};
/* The members of a parcel's JSON that never change, from a shipment or parcel request. */
char *sc_fixed_members(const json_t *flat);
int64_t sc_weight_of(const json_t *flat);
size_t sc_print_entry(struct sc_account *a, struct sc_entry *e, const struct sc_print *how);

/* requests and answers */
struct sc_account *sc_account_of(const struct call *c);
/* {"error":{"code":..,"request":..,"message":..}} */
void sc_error(struct call *c, int status, const char *message);
/* {"errors":[{...}]}; pointer, title may be NULL */
void sc_v3_error(struct call *c, int status, const char *code, const char *title,
                 const char *detail, const char *pointer);
json_t *sc_v3_error_entry(int status, const char *code, const char *detail, const char *pointer);
/* The integration that a path names; NULL, and an answer, when there is none. */
struct sc_integration *sc_integration_of(struct call *c, struct sc_account *a,
                                         const struct path_parts *parts);
/* A v3 order as an answer has it. */
void sc_v3_order_text(struct text *t, const struct sc_entry *e);
/* The request body; NULL, and an answer, when it is no JSON. */
json_t *sc_body(struct call *c);
/* Opaque texts that stand for a position. */
void sc_cursor(struct text *t, size_t position, bool backward);
bool sc_cursor_read(const char *cursor, size_t *position, bool *backward);

/* One page of a v2 list: positions of what to show. */
struct sc_page {
    size_t *at;
    size_t count, size;
    size_t first, next; /* positions for the cursors */
    bool has_next, has_previous, backward;
    bool has_moved; /* the fault `drift`: the entry at `moved` is not shown, since it was changed */
    size_t moved;
};
typedef bool sc_fits_fn(const struct sc_account *a, size_t position, const void *query);
/* Fills the page from the cursor of the call; false, and an answer, when the cursor is none. */
bool sc_page_take(struct call *c, const struct sc_account *a, size_t total, sc_fits_fn *fits,
                  const void *query, struct sc_page *p);
void sc_page_links(struct text *t, const struct call *c, const struct sc_page *p);
void sc_page_done(struct sc_page *p);

typedef void sc_call_fn(struct call *c, struct sc_account *a, const struct path_parts *parts);
sc_call_fn sc_integrations_get, sc_integration_get, sc_integration_put, sc_integration_patch,
    sc_integration_delete, sc_logs_get, sc_logs_post, sc_shipments_get, sc_shipments_post,
    sc_shipments_delete, sc_parcels_get, sc_parcel_get, sc_parcels_post, sc_parcels_put,
    sc_parcel_cancel, sc_statuses_get, sc_methods_get, sc_method_get, sc_tracking_get,
    sc_v3_orders_post, sc_v3_orders_get, sc_v3_order_get, sc_v3_order_patch, sc_v3_order_delete,
    sc_v3_metadata_get, sc_v3_statuses_get;

/* webhooks */
void sc_hook_parcel(struct sc_account *a, const struct sc_parcel *p);
void sc_hook_flush(void);
void sc_hook_done(void);

/* control */
bool sc_control(struct call *c, const char *path, const json_t *said);
bool sc_state(struct text *t, const char *account);
size_t sc_check(struct text *t);

#endif
