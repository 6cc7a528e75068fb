/* sendcloud.h: what the files of the Sendcloud connector share. Orders go in by one of two back
 * ends (sendcloud_v2.c, sendcloud_v3.c), chosen by the account's option `api`; parcels come out by
 * one (sendcloud_parcels.c).
 *
 * Units: money leaves in whole cents (Sendcloud refuses more than two places), weight in kilograms.
 */
#ifndef TAGWERK_CONNECTOR_SENDCLOUD_H
#define TAGWERK_CONNECTOR_SENDCLOUD_H

#include "connector/connector.h"
#include "wire/json.h"

#define SENDCLOUD_BATCH_MAX 100

/* Names of calls, where judging and hearing tell them apart. */
#define SENDCLOUD_V2_PUSH "POST /integrations/{id}/shipments"
#define SENDCLOUD_V2_DELETE "POST /integrations/{id}/shipments/delete"
#define SENDCLOUD_V3_PUSH "POST /orders"
#define SENDCLOUD_V3_DELETE "DELETE /orders/{id}"
#define SENDCLOUD_PARCELS "GET /parcels"
#define SENDCLOUD_PARCEL "GET /parcels/{id}"

/* Begins a request that carries a JSON body. */
struct json_out sendcloud_json_begin(struct request *request, const char *call,
                                     const struct account *account, const char *path);
/* "/api/v2/integrations/7" and what follows. */
const char *sendcloud_integration_path(const struct account *account, const char *rest,
                                       struct arena *arena);

/* e4 to cents, half away from zero. */
int64_t sendcloud_cents(int64_t money_e4);

/* Whether an order can be said to this API at all; refuses the entry when not. `contents` is the
 * API's list of customs contents, by name, ended with NULL. */
bool sendcloud_can_say(struct entry *entry, const char *const *contents, struct arena *arena);

/* When the order was placed; when nobody knows, when it was first to be sent. */
int64_t sendcloud_created_utc(const struct entry *entry);

/* An order of the incoming list was found: done when it carries this revision. */
void sendcloud_settle_found(struct entry *entry, int64_t there_utc);
/* For a cancel: whether it stands in the incoming list, so that it can be taken out. */
void sendcloud_note_listed(struct entry *entry, bool is_listed);
bool sendcloud_is_listed(const struct entry *entry);
/* The entry of that key that is still UNSURE; NULL when there is none. */
struct entry *sendcloud_unheard(struct batch *batch, const char *key);
/* Keeps the target's id of an entry; NULL changes nothing. */
void sendcloud_note_id(struct entry *entry, const char *id, struct arena *arena);

/* Value of `name` in the URL of a next page; NULL when there is no further page or it is the very
 * same one. */
const char *sendcloud_cursor(const char *url, const char *asked_with, struct arena *arena);

/* The first element of the list `name` of an answer, NULL when it is empty. An answer that lacks
 * the list altogether is not believed: nothing would look like "not there". A 404 has none. */
MUST_CHECK bool sendcloud_list(const struct response *response, const char *name,
                               const struct node **first, struct err *err);

/* A 400 that names no entry: one that stood alone is refused, several are to be sent again in
 * parts. */
void sendcloud_hear_whole(struct batch *batch, const char *text);

/* The only entry of a batch of one. */
static inline struct entry *sendcloud_only(struct batch *batch)
{
    return &batch->entries[0];
}

/* What Sendcloud answered: its message as one line, "" when it said nothing readable. */
void sendcloud_message(const struct node *root, struct buf *out);

extern const struct feed sendcloud_feeds[];
judge_fn sendcloud_judge;

write_fn sendcloud_v2_write, sendcloud_v2_cancel, sendcloud_v3_write, sendcloud_v3_cancel;
hear_fn sendcloud_v2_hear, sendcloud_v3_hear, sendcloud_cancel_hear;
seek_fn sendcloud_v2_list, sendcloud_v3_list, sendcloud_parcels_of;
found_fn sendcloud_v2_listed, sendcloud_v2_listed_cancel, sendcloud_v3_listed,
    sendcloud_v3_listed_cancel;
found_fn sendcloud_parcels_order, sendcloud_parcels_cancel;

#endif
