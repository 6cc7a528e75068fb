/* billbee_write.c: what goes into Billbee: tracking numbers (shipments), tags and states (marks),
 * new orders, stock. Each call but the one for stock is about one order.
 *
 * Nothing is looked for before it is written the first time: a thousand orders would cost a
 * thousand calls more. After a lost answer the order is read: it tells its shipments, its tags and
 * its state. */
#include "connector/billbee.h"

#include "core/decimal.h"
#include "core/text.h"

#define STATE_MARK "state:" /* a mark that is a state: "state:4" */
#define STOCK_BATCH_MAX 100 /* Billbee names no limit */
#define STATE_ORDERED 1
#define STATE_PAID 3

/* ---- calls ---- */

static struct json_out begin(struct request *request, enum http_method method, const char *call,
                             const struct account *account, const char *path)
{
    request_begin(request, method, call, account, path);
    request_header(request, "Content-Type", "application/json");
    request->changes = true;
    return json_begin(&request->body);
}

static struct entry *only(struct batch *batch)
{
    return &batch->entries[0];
}

/* "/api/v1/orders/300000180000001/tags"; NULL with an error when the record names no order that
 * Billbee could have. */
static const char *order_path(const struct record *record, const char *rest, struct arena *arena,
                              struct err *err)
{
    if (text_is_digits(record->order_ref))
        return arena_format(arena, BILLBEE_ORDERS_PATH "/%s%s", record->order_ref, rest);
    (void)err_reason(err, "unknown-order", "it belongs to no order of Billbee: no id of one");
    return NULL;
}

static bool order_seek(const struct account *account, struct batch *batch, struct request *out,
                       struct err *err)
{
    const char *path = order_path(only(batch)->record, "", out->arena, err);

    if (!path)
        return false;
    request_begin(out, HTTP_GET, BILLBEE_ORDER, account, path);
    return true;
}

/* The order of an entry as Billbee shows it; one that is not there settles the entry. */
static bool find_order(const struct response *response, struct batch *batch,
                       const struct node **out, struct err *err)
{
    if (!billbee_one_order(response, out, err))
        return false;
    if (!*out)
        entry_settle(only(batch), VERDICT_REFUSED, "unknown-order",
                     "Billbee does not show the order: it was deleted, or merged into another one");
    return true;
}

/* Some calls succeed with an empty body, or with an envelope that says so; anything else leaves
 * doubt. */
static bool may_be_silent(const struct response *response)
{
    return response->body_len == 0 || billbee_is_success(response->root);
}

/* The number that a text is; UNSAID when it is none. */
static int64_t number_of(const char *text)
{
    struct err ignored;
    int64_t number;

    return text_is_digits(text) && integer_parse(text, &number, &ignored) ? number : UNSAID;
}

/* ---- shipments ---- */

static bool shipments_write(const struct account *account, struct batch *batch, struct request *out,
                            struct err *err)
{
    const struct shipment *shipment = SHIPMENT_OF(only(batch)->record);
    const char *path = order_path(&shipment->head, "/shipment", out->arena, err);
    struct json_out json;

    if (!path)
        return false;
    if (text_is_empty(shipment->tracking))
        return err_reason(err, "need-tracking", "it has no tracking number");
    json = begin(out, HTTP_POST, "POST /orders/{id}/shipment", account, path);
    json_map(&json);
    json_field(&json, "ShippingId", shipment->tracking);
    json_field_int(&json, "CarrierId", number_of(shipment->carrier));
    json_field_int(&json, "ShipmentType", shipment->is_return == 1);
    json_map_end(&json);
    return true;
}

static bool shipments_hear(const struct account *account, const struct response *response,
                           struct batch *batch, struct err *err)
{
    (void)account;
    (void)err;
    batch_settle(batch, may_be_silent(response) ? VERDICT_DONE : VERDICT_UNSURE, NULL, NULL);
    return true;
}

static bool holds(const struct node *list, const char *path, const char *text, struct arena *arena)
{
    for (const struct node *one = node_first(list, NULL); one; one = one->next)
        if (text_same_nocase(text_trim(arena, node_text(one, path)), text))
            return true;
    return false;
}

static bool shipments_found(const struct account *account, const struct response *response,
                            struct batch *batch, struct err *err)
{
    const char *tracking = SHIPMENT_OF(only(batch)->record)->tracking;
    const struct node *order;

    (void)account;
    if (!find_order(response, batch, &order, err))
        return false;
    if (order && tracking &&
        holds(node_at(order, "ShippingIds"), "ShippingId", tracking, batch->arena))
        entry_settle(only(batch), VERDICT_DONE, NULL, NULL);
    return true;
}

/* ---- marks ---- */

/* The state that a mark means; UNSAID: it is a tag. */
static int64_t state_of(const char *tag)
{
    return number_of(text_starts_nocase(tag ? tag : "", STATE_MARK) ? tag + strlen(STATE_MARK)
                                                                    : NULL);
}

static void put_state(struct json_out *json, int64_t state)
{
    json_map(json);
    json_field_int(json, "NewStateId", state);
    json_map_end(json);
}

static void put_tag(struct json_out *json, const char *tag)
{
    json_map(json);
    json_key(json, "Tags");
    json_list(json);
    json_text(json, tag);
    json_list_end(json);
    json_map_end(json);
}

static bool marks_write(const struct account *account, struct batch *batch, struct request *out,
                        struct err *err)
{
    const struct mark *mark = MARK_OF(only(batch)->record);
    int64_t state = state_of(mark->tag);
    const char *path =
        order_path(&mark->head, said(state) ? "/orderstate" : "/tags", out->arena, err);
    struct json_out json;

    if (!path)
        return false;
    if (text_is_empty(mark->tag))
        return err_reason(err, "tag-unknown", "the tag is empty");
    if (said(state)) {
        json = begin(out, HTTP_PUT, "PUT /orders/{id}/orderstate", account, path);
        put_state(&json, state);
    } else { /* PUT would replace all that the merchant has set */
        json = begin(out, HTTP_POST, "POST /orders/{id}/tags", account, path);
        put_tag(&json, mark->tag);
    }
    return true;
}

/* Only a state is set without a word. */
static bool marks_hear(const struct account *account, const struct response *response,
                       struct batch *batch, struct err *err)
{
    bool is_done = said(state_of(MARK_OF(only(batch)->record)->tag))
                       ? may_be_silent(response)
                       : billbee_is_success(response->root);

    (void)account;
    (void)err;
    batch_settle(batch, is_done ? VERDICT_DONE : VERDICT_UNSURE, NULL, NULL);
    return true;
}

static bool marks_found(const struct account *account, const struct response *response,
                        struct batch *batch, struct err *err)
{
    const char *tag = MARK_OF(only(batch)->record)->tag;
    int64_t state = state_of(tag);
    const struct node *order;
    bool is_there;

    (void)account;
    if (!find_order(response, batch, &order, err))
        return false;
    is_there = said(state) ? number_of(node_text(order, "State")) == state
                           : tag && holds(node_at(order, "Tags"), "", tag, batch->arena);
    if (is_there)
        entry_settle(only(batch), VERDICT_DONE, NULL, NULL);
    return true;
}

/* ---- orders ---- */

static void put_filled(struct json_out *json, const char *key, const char *text)
{
    if (!text_is_empty(text))
        json_field(json, key, text);
}

/* Unset numbers are left out: null where Billbee wants a number is an error. */
static void put_money(struct json_out *json, const char *key, int64_t money_e4)
{
    if (!said(money_e4))
        return;
    json_key(json, key);
    json_decimal(json, money_e4, 4, 2);
}

/* The last word is the family's name. */
static void put_name(struct json_out *json, const char *name, struct arena *arena)
{
    const char *last = name ? strrchr(name, ' ') : NULL;

    if (last)
        put_filled(json, "FirstName", arena_slice(arena, name, (size_t)(last - name)));
    put_filled(json, "LastName", last ? last + 1 : name);
}

static void put_address(struct json_out *json, const char *key, const struct address *to,
                        struct arena *arena)
{
    json_key(json, key);
    json_map(json);
    put_name(json, to->name, arena);
    put_filled(json, "Company", to->company);
    put_filled(json, "Street", to->street);
    put_filled(json, "HouseNumber", to->house_number);
    put_filled(json, "Line2", to->extra);
    put_filled(json, "Zip", to->postcode);
    put_filled(json, "City", to->city);
    put_filled(json, "State", to->state);
    put_filled(json, "CountryISO2", to->country);
    put_filled(json, "Phone", to->phone);
    put_filled(json, "Email", to->email);
    json_map_end(json);
}

static int64_t line_total_e4(const struct item *item)
{
    int64_t total_e4;

    if (said(item->total_e4))
        return item->total_e4;
    return said(item->price_e4) && said(item->quantity) &&
                   !__builtin_mul_overflow(item->price_e4, item->quantity, &total_e4)
               ? total_e4
               : UNSAID;
}

static void put_item(struct json_out *json, const struct item *item)
{
    json_map(json);
    json_key(json, "Product");
    json_map(json);
    put_filled(json, "Title", item->title);
    put_filled(json, "SKU", item->sku);
    put_filled(json, "EAN", item->ean);
    json_field_int(json, "Weight", item->weight_g);
    put_filled(json, "TARICCode", item->hs_code);
    put_filled(json, "CountryOfOrigin", item->origin);
    json_map_end(json);
    json_field_int(json, "Quantity", item->quantity);
    put_money(json, "TotalPrice", line_total_e4(item));
    if (text_same(item->role, "coupon")) {
        json_key(json, "IsCoupon");
        json_bool(json, true);
    }
    json_map_end(json);
}

/* With its offset, as the file declares dates: it is the same moment whatever zone Billbee takes
 * the others for. */
static void put_moment(struct json_out *json, const char *key, const struct account *account,
                       int64_t utc, struct arena *arena)
{
    struct civil local = zone_local(account->zone, utc);
    long long minutes = (civil_seconds(&local) - utc) / 60;

    json_field(json, key,
               arena_format(arena, "%s%c%02lld:%02lld", billbee_time(account, utc, arena),
                            minutes < 0 ? '-' : '+', llabs(minutes) / 60, llabs(minutes) % 60));
}

static void put_head(struct json_out *json, const struct account *account,
                     const struct entry *entry, struct arena *arena)
{
    const struct order *order = ORDER_OF(entry->record);
    int64_t created_utc = said(order->head.at_utc) ? order->head.at_utc : entry->revised_utc;

    json_field(json, "Id", entry->key);
    json_field(json, "OrderNumber", entry->key);
    json_field_int(json, "ApiAccountId", settings_int(&account->settings, "shop"));
    put_moment(json, "CreatedAt", account, created_utc, arena);
    json_field_int(json, "State", said(order->paid_utc) ? STATE_PAID : STATE_ORDERED);
    if (said(order->paid_utc))
        put_moment(json, "PayedAt", account, order->paid_utc, arena);
    put_filled(json, "Currency", order->currency);
    put_money(json, "TotalCost", order->total_e4);
    put_money(json, "ShippingCost", order->shipping_e4);
}

static bool orders_write(const struct account *account, struct batch *batch, struct request *out,
                         struct err *err)
{
    const struct entry *entry = only(batch);
    const struct order *order = ORDER_OF(entry->record);
    struct json_out json = begin(out, HTTP_POST, "POST /orders", account, BILLBEE_ORDERS_PATH);

    if (strchr(entry->key, '/'))
        return err_set(err, ERR_RECORD,
                       "its id holds a /: Billbee could not be asked for it again after a lost "
                       "answer");
    json_map(&json);
    put_head(&json, account, entry, out->arena);
    put_address(&json, "InvoiceAddress", &order->ship_to, out->arena);
    put_address(&json, "ShippingAddress", &order->ship_to, out->arena);
    json_key(&json, "OrderItems");
    json_list(&json);
    for (size_t i = 0; i < order->items_len; i++)
        put_item(&json, &order->items[i]);
    json_list_end(&json);
    json_map_end(&json);
    return true;
}

static bool orders_hear(const struct account *account, const struct response *response,
                        struct batch *batch, struct err *err)
{
    const char *id = node_text(response->root, "Data.BillBeeOrderId");
    bool is_done = billbee_is_success(response->root) && billbee_is_id(id);

    (void)account;
    (void)err;
    batch_settle(batch, is_done ? VERDICT_DONE : VERDICT_UNSURE, NULL, NULL);
    if (is_done)
        only(batch)->target_id = arena_text(batch->arena, id);
    return true;
}

static bool orders_seek(const struct account *account, struct batch *batch, struct request *out,
                        struct err *err)
{
    (void)err;
    request_begin(out, HTTP_GET, BILLBEE_ORDER_BY_NUMBER, account, BILLBEE_BY_NUMBER_PATH);
    url_put(&out->url, only(batch)->key);
    return true;
}

/* Which fields of an order may be changed, only a live account tells: a change is the merchant's.
 */
static bool orders_found(const struct account *account, const struct response *response,
                         struct batch *batch, struct err *err)
{
    struct entry *entry = only(batch);
    const struct node *order;

    (void)account;
    if (!billbee_one_order(response, &order, err))
        return false;
    if (!order || !text_same(node_text(order, "OrderNumber"), entry->key))
        return true;
    entry->target_id = arena_text(batch->arena, node_text(order, "BillBeeOrderId"));
    if (entry->revision <= 1)
        entry_settle(entry, VERDICT_DONE, NULL, NULL);
    else
        entry_settle(entry, VERDICT_REFUSED, "no-change",
                     "Billbee has the order already, and takes no change of it: change it there by "
                     "hand");
    return true;
}

/* ---- stock ---- */

static void put_stock(struct json_out *json, const struct account *account,
                      const struct entry *entry)
{
    const struct stock *stock = STOCK_OF(entry->record);
    int64_t location = settings_int(&account->settings, "storage_location");

    json_map(json);
    json_field(json, "Sku", stock->sku);
    if (location)
        json_field_int(json, "StockId", location);
    json_field_int(json, "NewQuantity", stock->quantity);
    json_field(json, "Reason", entry->key);
    json_map_end(json);
}

static bool stock_write(const struct account *account, struct batch *batch, struct request *out,
                        struct err *err)
{
    struct json_out json = begin(out, HTTP_POST, "POST /products/updatestockmultiple", account,
                                 "/api/v1/products/updatestockmultiple");
    size_t written = 0;

    json_list(&json);
    for (size_t i = 0; i < batch->len; i++) {
        struct entry *entry = &batch->entries[i];

        if (!entry_is_written(entry))
            continue;
        if (text_is_empty(STOCK_OF(entry->record)->sku) ||
            !said(STOCK_OF(entry->record)->quantity)) {
            entry_settle(entry, VERDICT_REFUSED, "need", "it has no article number or no quantity");
            continue;
        }
        put_stock(&json, account, entry);
        written++;
    }
    json_list_end(&json);
    return written || err_set(err, ERR_RECORD, "no stock of the batch can be said to Billbee");
}

/* An answer that names another article is nobody's. */
static void hear_stock(struct entry *entry, const struct node *answer, struct arena *arena)
{
    AUTO(buf_done) struct buf message = {0};
    const char *sku = node_text(answer, "Data.SKU");

    if (sku && !text_same_nocase(sku, STOCK_OF(entry->record)->sku))
        return;
    if (billbee_is_success(answer)) {
        entry_settle(entry, VERDICT_DONE, NULL, NULL);
    } else if (node_text(answer, "ErrorCode")) {
        billbee_message(answer, &message);
        entry_settle(entry, VERDICT_REFUSED, "refused-by-target",
                     message.len ? arena_text(arena, buf_str(&message)) : "Billbee gave no reason");
    }
}

/* How many rows the request had, less how many the answer has. */
static int64_t missing_answers(const struct node *root, const struct batch *batch)
{
    int64_t missing = 0;

    for (size_t i = 0; i < batch->len; i++)
        missing += entry_is_written(&batch->entries[i]);
    for (const struct node *answer = node_first(root, NULL); answer; answer = answer->next)
        missing--;
    return missing;
}

/* The answers stand in the order of the rows. */
static bool stock_hear(const struct account *account, const struct response *response,
                       struct batch *batch, struct err *err)
{
    const struct node *root = response->root;
    const struct node *answer = node_first(root, NULL);

    (void)account;
    batch_settle(batch, VERDICT_UNSURE, NULL, NULL);
    if (!root || root->type != NODE_LIST || missing_answers(root, batch))
        return err_set(err, ERR_RETRY, "Billbee's answer does not tell of each row of the stock");
    for (size_t i = 0; i < batch->len && answer; i++) {
        if (!entry_is_written(&batch->entries[i]))
            continue;
        hear_stock(&batch->entries[i], answer, batch->arena);
        answer = answer->next;
    }
    return true;
}

/* ---- the table ---- */

static const struct seek shipment_seeks[] = {{1, order_seek, shipments_found}, {0}};
static const struct seek mark_seeks[] = {{1, order_seek, marks_found}, {0}};
static const struct seek order_seeks[] = {{1, orders_seek, orders_found}, {0}};

const struct sink billbee_sinks[] = {
    {.kind = KIND_SHIPMENTS,
     .batch_max = 1,
     .write = shipments_write,
     .hear = shipments_hear,
     .seeks = shipment_seeks},
    {.kind = KIND_MARKS,
     .batch_max = 1,
     .write = marks_write,
     .hear = marks_hear,
     .seeks = mark_seeks,
     .upserts = true},
    {.kind = KIND_ORDERS,
     .batch_max = 1,
     .write = orders_write,
     .hear = orders_hear,
     .seeks = order_seeks},
    {.kind = KIND_STOCK,
     .batch_max = STOCK_BATCH_MAX,
     .write = stock_write,
     .hear = stock_hear,
     .upserts = true},
    {0},
};
