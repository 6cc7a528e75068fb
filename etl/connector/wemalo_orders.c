/* wemalo_orders.c: goods orders: pushing, changing, cancelling, and looking for one by its external
 * id, which is all that wemalo can be asked by. getStatus tells an order's status and not its
 * content. */
#include "connector/wemalo.h"

#include "core/text.h"

#include <inttypes.h>

static struct entry *only(struct batch *batch)
{
    return &batch->entries[0];
}

static bool creates_only(const struct account *account)
{
    return text_same(settings_text(&account->settings, "api"), "add");
}

/* ---- writing ---- */

static int64_t cents(int64_t money_e4)
{
    return money_e4 / 100 + (money_e4 % 100 >= 50) - (money_e4 % 100 <= -50);
}

static int64_t line_cents(const struct item *item)
{
    int64_t total_e4 = item_total_e4(item);

    return said(total_e4) ? cents(total_e4) : UNSAID;
}

static void put_receiver(struct json_out *out, const struct address *to)
{
    json_key(out, "receiver");
    json_list(out);
    json_map(out);
    json_key(out, "primary");
    json_bool(out, true);
    wemalo_put_filled(out, "name1", text_is_empty(to->name) ? to->company : to->name);
    wemalo_put_filled(out, "name2", text_is_empty(to->name) ? NULL : to->company);
    wemalo_put_filled(out, "name3", to->post_number);
    wemalo_put_filled(out, "street", to->street);
    wemalo_put_filled(out, "streetNumber", to->house_number);
    wemalo_put_filled(out, "addressAddition", to->extra);
    wemalo_put_filled(out, "zip", to->postcode);
    wemalo_put_filled(out, "city", to->city);
    wemalo_put_filled(out, "stateProvinceCountry", to->state);
    wemalo_put_filled(out, "countryCode2Letter", to->country);
    wemalo_put_filled(out, "phoneNumber", to->phone);
    wemalo_put_filled(out, "email", to->email);
    json_map_end(out);
    json_list_end(out);
}

static void put_meta(struct json_out *out, const struct entry *entry)
{
    const struct order *order = ORDER_OF(entry->record);

    json_key(out, "meta");
    json_map(out);
    json_field(out, "externalId", entry->key);
    json_field(out, "orderNumber", text_is_empty(order->number) ? entry->key : order->number);
    json_field(out, "externalIdMatch", "sku");
    wemalo_put_filled(out, "currency", order->currency);
    wemalo_put_euros(out, "total", order->total_e4);
    wemalo_put_filled(out, "dispatcherProfile", order->delivery_label);
    wemalo_put_filled(out, "descriptionOfGoods", order->customs_content);
    json_field_int(out, "fastSendWeight", order->weight_g);
    put_receiver(out, &order->ship_to);
    json_map_end(out);
}

static void put_position(struct json_out *out, const struct item *item, size_t number)
{
    char place[24];

    (void)snprintf(place, sizeof place, "%zu", number);
    json_map(out);
    json_field(out, "externalId", item->sku);
    json_field_int(out, "quantity", item->quantity);
    json_field(out, "externalPositionIdentifier", text_is_empty(item->ref) ? place : item->ref);
    json_field_int(out, "total", line_cents(item));
    wemalo_put_filled(out, "name", item->title);
    json_field(out, "sku", item->sku);
    json_map_end(out);
}

/* Positions are matched by SKU, and one without a quantity would be one piece. */
static bool can_say(struct entry *entry)
{
    const struct order *order = ORDER_OF(entry->record);

    for (size_t i = 0; i < order->items_len; i++) {
        if (!text_is_empty(order->items[i].sku) && said(order->items[i].quantity))
            continue;
        entry_settle(entry, VERDICT_REFUSED, "need-items.sku",
                     "a line has no article number or no quantity");
        return false;
    }
    return true;
}

bool wemalo_order_write(const struct account *account, struct batch *batch, struct request *out,
                        struct err *err)
{
    struct entry *entry = only(batch);
    const struct order *order = ORDER_OF(entry->record);
    bool add = creates_only(account);
    struct json_out json;

    if (!entry_is_written(entry) || !can_say(entry))
        return err_set(err, ERR_RECORD, "the order cannot be said to wemalo");
    json = wemalo_json_begin(out, HTTP_POST, add ? WEMALO_ADD : WEMALO_ADD_CONDITIONAL, account,
                             add ? "/v1/goodsOrder/add" : "/v1/goodsOrder/addConditional");
    put_meta(&json, entry);
    json_key(&json, "positions");
    json_list(&json);
    for (size_t i = 0; i < order->items_len; i++)
        put_position(&json, &order->items[i], i + 1);
    json_list_end(&json);
    wemalo_json_end(&json, account);
    return true;
}

bool wemalo_cancel_write(const struct account *account, struct batch *batch, struct request *out,
                         struct err *err)
{
    const struct entry *entry = only(batch);
    const char *why = CANCEL_OF(entry->record)->why;
    struct json_out json;

    (void)err;
    json = wemalo_json_begin(out, HTTP_PUT, WEMALO_CANCEL, account,
                             wemalo_path_of("/v1/goodsOrder/cancel/", entry->key, out->arena));
    json_field(&json, "reason", text_is_empty(why) ? "cancelled" : why);
    wemalo_json_end(&json, account);
    return true;
}

/* ---- what a status means ---- */

enum stage {
    STAGE_OPEN, /* it may still be changed and cancelled */
    STAGE_CANCELLED,
    STAGE_WORK, /* the warehouse has it in hand, or we do not know the word */
};

static enum stage stage_of(const char *status)
{
    if (text_same_nocase(status, "PARTIAL") || text_same_nocase(status, "OPEN"))
        return STAGE_OPEN;
    return text_same_nocase(status, "CANCELLED") ? STAGE_CANCELLED : STAGE_WORK;
}

static bool is_change(const struct entry *entry)
{
    return entry->revision > 1;
}

static void refuse(struct entry *entry, const char *code, const char *why, const char *status,
                   struct arena *arena)
{
    AUTO(buf_done) struct buf text = {0};

    buf_format(&text, "%s: wemalo's status is ", why);
    remark_put(&text, status);
    entry_settle(entry, VERDICT_REFUSED, code, arena_text(arena, buf_str(&text)));
}

static void refuse_late(struct entry *entry, const char *status, struct arena *arena)
{
    refuse(entry, "too-late", "the warehouse is working on it; call it", status, arena);
}

static void note_id(struct entry *entry, const struct response *response, struct arena *arena)
{
    const char *id = node_text(response->root, "id");

    if (!text_is_empty(id))
        entry->target_id = arena_text(arena, id);
}

/* ---- hearing ---- */

bool wemalo_order_hear(const struct account *account, const struct response *response,
                       struct batch *batch, struct err *err)
{
    struct entry *entry = only(batch);
    const char *status = wemalo_status_name(response);
    enum stage stage = status ? stage_of(status) : STAGE_OPEN;

    (void)account;
    batch_settle(batch, VERDICT_UNSURE, NULL, NULL);
    if (!wemalo_is_good(response))
        return err_set(err, ERR_RETRY, "wemalo's answer does not say what became of the order");
    note_id(entry, response, batch->arena);
    if (stage == STAGE_CANCELLED)
        refuse(entry, "cancelled-there", "it is cancelled there", status, batch->arena);
    else if (stage == STAGE_WORK && is_change(entry))
        refuse_late(entry, status, batch->arena);
    else
        entry_settle(entry, VERDICT_DONE, NULL, NULL);
    return true;
}

/* Whatever it says, getStatus must say CANCELLED. */
bool wemalo_cancel_hear(const struct account *account, const struct response *response,
                        struct batch *batch, struct err *err)
{
    (void)account;
    batch_settle(batch, VERDICT_UNSURE, NULL, NULL);
    return wemalo_status(response) > 0 ||
           err_set(err, ERR_RETRY, "wemalo's answer does not say what became of the cancellation");
}

/* ---- looking for it ---- */

bool wemalo_order_status(const struct account *account, struct batch *batch, struct request *out,
                         struct err *err)
{
    (void)err;
    wemalo_get(out, WEMALO_STATUS, account,
               wemalo_path_of("/v1/goodsOrder/getStatus/", only(batch)->key, out->arena));
    return true;
}

/* *out NULL: there is no such order. */
static bool status_found(const struct response *response, const char **out, struct err *err)
{
    const char *status = wemalo_status_name(response);

    if (wemalo_status(response) == WEMALO_UNKNOWN) {
        *out = NULL;
        return true;
    }
    if (!wemalo_is_good(response) || text_is_empty(status))
        return err_set(err, ERR_SYSTEM, "wemalo's answer does not tell the order's status");
    *out = status;
    return true;
}

/* A change is left open where it can still be made, whether or not it was made before: making it
 * twice makes it once. */
static void settle_change(const struct account *account, struct entry *entry, const char *status,
                          struct arena *arena)
{
    if (stage_of(status) == STAGE_WORK)
        refuse_late(entry, status, arena);
    else if (creates_only(account))
        refuse(entry, "no-change-by-add",
               "it is there, and `api = add` changes nothing; change it by hand", status, arena);
}

bool wemalo_order_found(const struct account *account, const struct response *response,
                        struct batch *batch, struct err *err)
{
    struct entry *entry = only(batch);
    const char *status = NULL;

    if (!status_found(response, &status, err))
        return false;
    if (!status)
        return true;
    note_id(entry, response, batch->arena);
    if (is_change(entry))
        settle_change(account, entry, status, batch->arena);
    else if (stage_of(status) == STAGE_CANCELLED)
        refuse(entry, "cancelled-there", "it is cancelled there", status, batch->arena);
    else
        entry_settle(entry, VERDICT_DONE, NULL, NULL);
    return true;
}

/* An order that is not there needs no cancelling. */
bool wemalo_cancel_found(const struct account *account, const struct response *response,
                         struct batch *batch, struct err *err)
{
    struct entry *entry = only(batch);
    const char *status = NULL;

    (void)account;
    if (!status_found(response, &status, err))
        return false;
    if (!status || stage_of(status) == STAGE_CANCELLED)
        entry_settle(entry, VERDICT_SAME, NULL, NULL);
    else if (stage_of(status) == STAGE_WORK)
        refuse_late(entry, status, batch->arena);
    return true;
}
