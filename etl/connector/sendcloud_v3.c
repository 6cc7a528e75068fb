/* sendcloud_v3.c: orders by the open API v3. It is an upsert on order_id within the integration, by
 * the hundred, all or nothing: one bad order and none is stored. The errors point into the batch by
 * number; those are refused, the others are to be sent again. Saving is asynchronous: a seek soon
 * after may miss what is there, and the next push of the same order then changes it into itself. */
#include "connector/sendcloud.h"

#include "core/clock.h"
#include "core/decimal.h"
#include "core/text.h"

/* ---- writing ---- */

static const char *const contents[] = {"gift", "commercial_goods", "commercial_sample",
                                       "returned_goods", NULL};

static void put_filled(struct json_out *out, const char *key, const char *text)
{
    if (!text_is_empty(text))
        json_field(out, key, text);
}

static void put_time(struct json_out *out, const char *key, int64_t utc)
{
    char text[ISO_TEXT_SIZE];

    json_field(out, key, iso_text(utc, text));
}

static void put_price(struct json_out *out, const char *key, int64_t money_e4, const char *currency)
{
    json_key(out, key);
    json_map(out);
    json_key(out, "value");
    json_decimal(out, said(money_e4) ? sendcloud_cents(money_e4) : 0, 2, 0);
    put_filled(out, "currency", currency);
    json_map_end(out);
}

static void put_weight(struct json_out *out, int64_t weight_g)
{
    if (!said(weight_g) || weight_g <= 0)
        return;
    json_key(out, "measurement");
    json_map(out);
    json_key(out, "weight");
    json_map(out);
    json_key(out, "value");
    json_decimal(out, weight_g, 3, 0);
    json_field(out, "unit", "kg");
    json_map_end(out);
    json_map_end(out);
}

static void put_code(struct json_out *out, const char *code, const char *message)
{
    json_key(out, "status");
    json_map(out);
    json_field(out, "code", code);
    json_field(out, "message", message);
    json_map_end(out);
}

static int64_t line_total_e4(const struct item *item)
{
    int64_t total_e4;

    if (!said(item->price_e4) || !said(item->quantity) ||
        !multiply_fits(item->price_e4, item->quantity, &total_e4))
        return UNSAID;
    return total_e4;
}

static int64_t order_total_e4(const struct order *order)
{
    int64_t sum_e4 = 0;

    if (said(order->total_e4))
        return order->total_e4;
    for (size_t i = 0; i < order->items_len; i++) {
        int64_t line_e4 = line_total_e4(&order->items[i]);

        if (!said(line_e4) || __builtin_add_overflow(sum_e4, line_e4, &sum_e4))
            return UNSAID;
    }
    return sum_e4;
}

static void put_item(struct json_out *out, const struct item *item, const char *currency)
{
    json_map(out);
    put_filled(out, "item_id", item->ref);
    put_filled(out, "product_id", item->product_ref);
    json_field(out, "name", item->title ? item->title : item->sku ? item->sku : "-");
    put_filled(out, "sku", item->sku);
    put_filled(out, "ean", item->ean);
    json_field_int(out, "quantity", item->quantity);
    put_filled(out, "hs_code", item->hs_code);
    put_filled(out, "country_of_origin", item->origin);
    put_price(out, "unit_price", item->price_e4, currency);
    put_price(out, "total_price", line_total_e4(item), currency);
    put_weight(out, item->weight_g);
    json_map_end(out);
}

static void put_details(struct json_out *out, const struct account *account,
                        const struct entry *entry)
{
    const struct order *order = ORDER_OF(entry->record);

    json_key(out, "order_details");
    json_map(out);
    json_key(out, "integration");
    json_map(out);
    json_field_int(out, "id", settings_int(&account->settings, "integration"));
    json_map_end(out);
    put_code(out, "open", "Open");
    put_time(out, "order_created_at", sendcloud_created_utc(entry));
    put_time(out, "order_updated_at", entry->revised_utc);
    json_key(out, "order_items");
    json_list(out);
    for (size_t i = 0; i < order->items_len; i++)
        put_item(out, &order->items[i], order->currency);
    json_list_end(out);
    json_map_end(out);
}

static void put_payment(struct json_out *out, const struct order *order)
{
    json_key(out, "payment_details");
    json_map(out);
    put_price(out, "total_price", order_total_e4(order), order->currency);
    if (said(order->paid_utc))
        put_code(out, "paid", "Paid");
    else
        put_code(out, "unpaid", "Unpaid");
    json_map_end(out);
}

static void put_address(struct json_out *out, const struct address *to)
{
    json_key(out, "shipping_address");
    json_map(out);
    put_filled(out, "name", to->name ? to->name : to->company);
    put_filled(out, "company_name", to->company);
    put_filled(out, "address_line_1", to->street);
    put_filled(out, "house_number", to->house_number);
    put_filled(out, "address_line_2", to->extra);
    put_filled(out, "postal_code", to->postcode);
    put_filled(out, "city", to->city);
    put_filled(out, "po_box", to->post_number);
    put_filled(out, "state_province_code", to->state);
    put_filled(out, "country_code", to->country);
    put_filled(out, "email", to->email);
    put_filled(out, "phone_number", to->phone);
    json_map_end(out);
}

static void put_customs(struct json_out *out, const struct order *order)
{
    if (text_is_empty(order->customs_content) && text_is_empty(order->customs_invoice))
        return;
    json_key(out, "customs_details");
    json_map(out);
    put_filled(out, "commercial_invoice_number", order->customs_invoice);
    put_filled(out, "shipment_type", order->customs_content);
    json_field(out, "export_type", "commercial_b2c");
    json_map_end(out);
}

static void put_shipping(struct json_out *out, const struct order *order)
{
    if (text_is_empty(order->delivery_label) && !said(order->weight_g))
        return;
    json_key(out, "shipping_details");
    json_map(out);
    put_filled(out, "delivery_indicator", order->delivery_label);
    put_weight(out, order->weight_g);
    json_map_end(out);
}

static void put_order(struct json_out *out, const struct account *account,
                      const struct entry *entry)
{
    const struct order *order = ORDER_OF(entry->record);

    json_map(out);
    json_field(out, "order_id", entry->key);
    json_field(out, "order_number", entry->key);
    put_details(out, account, entry);
    put_payment(out, order);
    put_customs(out, order);
    put_address(out, &order->ship_to);
    put_shipping(out, order);
    json_map_end(out);
}

bool sendcloud_v3_write(const struct account *account, struct batch *batch, struct request *out,
                        struct err *err)
{
    struct json_out json = sendcloud_json_begin(out, SENDCLOUD_V3_PUSH, account, "/api/v3/orders");
    size_t written = 0;

    json_list(&json);
    for (size_t i = 0; i < batch->len; i++) {
        struct entry *entry = &batch->entries[i];

        if (!entry_is_written(entry) || !sendcloud_can_say(entry, contents, batch->arena))
            continue;
        put_order(&json, account, entry);
        written++;
    }
    json_list_end(&json);
    return written || err_set(err, ERR_RECORD, "no order of the batch can be said to Sendcloud");
}

/* ---- hearing ---- */

/* The entries of the request, in its order. */
struct sent {
    struct entry *entries[BATCH_MAX];
    size_t len;
};

static struct sent sent_of(struct batch *batch)
{
    struct sent sent = {.len = 0};

    for (size_t i = 0; i < batch->len && sent.len < BATCH_MAX; i++)
        if (entry_is_written(&batch->entries[i]))
            sent.entries[sent.len++] = &batch->entries[i];
    return sent;
}

/* Splits "/data/attributes/[1]/order_details/integration", also "/data/[1]/..." and "/data/1/...",
 * into number and rest. */
static bool split_pointer(const char *pointer, size_t *number, const char **rest)
{
    static const char *const starts[] = {"/data/attributes/", "/data/"};
    const char *at = NULL;
    size_t digits = 0;

    for (size_t i = 0; pointer && !at && i < ARRAY_LEN(starts); i++)
        if (strncmp(pointer, starts[i], strlen(starts[i])) == 0)
            at = pointer + strlen(starts[i]);
    if (!at)
        return false;
    at += *at == '[';
    for (*number = 0; at[digits] >= '0' && at[digits] <= '9' && digits < 4; digits++)
        *number = *number * 10 + (size_t)(at[digits] - '0');
    at += digits;
    at += *at == ']';
    if (!digits || (*at && *at != '/'))
        return false;
    *rest = at + (*at == '/');
    return true;
}

static void refuse_named(const struct node *error, const struct sent *sent, struct arena *arena)
{
    AUTO(buf_done) struct buf text = {0};
    size_t number;
    const char *rest;
    struct entry *entry;

    if (!split_pointer(node_text(error, "source.pointer"), &number, &rest) || number >= sent->len)
        return;
    entry = sent->entries[number];
    if (entry->verdict == VERDICT_REFUSED) {
        buf_text(&text, entry->text);
        buf_text(&text, "; ");
    }
    buf_text(&text, rest);
    buf_text(&text, *rest ? ": " : "");
    remark_put(&text, node_text(error, "detail"));
    if (text.len <= REMARK_MAX || entry->verdict != VERDICT_REFUSED)
        entry_settle(entry, VERDICT_REFUSED, "refused-by-target",
                     arena_text(arena, buf_str(&text)));
}

static void hear_refusal(const struct response *response, struct batch *batch)
{
    AUTO(buf_done) struct buf message = {0};
    struct sent sent = sent_of(batch);
    const struct node *errors = node_at(response->root, "errors");
    bool any = false;

    batch_settle(batch, VERDICT_AGAIN, NULL, NULL);
    if (errors && errors->type == NODE_LIST)
        for (const struct node *error = node_first(errors, NULL); error; error = error->next)
            refuse_named(error, &sent, batch->arena);
    else if (errors)
        refuse_named(errors, &sent, batch->arena);
    for (size_t i = 0; i < sent.len; i++)
        any = any || sent.entries[i]->verdict == VERDICT_REFUSED;
    if (any)
        return;
    sendcloud_message(response->root, &message);
    sendcloud_hear_whole(batch, arena_text(batch->arena, buf_str(&message)));
}

static void hear_stored(const struct node *stored, struct batch *batch)
{
    for (; stored; stored = stored->next) {
        struct entry *entry = sendcloud_unheard(batch, node_text(stored, "order_id"));

        if (!entry)
            continue;
        entry_settle(entry, VERDICT_DONE, NULL, NULL);
        sendcloud_note_id(entry, node_text(stored, "id"), batch->arena);
    }
}

bool sendcloud_v3_hear(const struct account *account, const struct response *response,
                       struct batch *batch, struct err *err)
{
    const struct node *stored = node_at(response->root, "data");

    (void)account;
    if (response->status == 400) {
        hear_refusal(response, batch);
        return true;
    }
    batch_settle(batch, VERDICT_UNSURE, NULL, NULL);
    if (!stored)
        return err_set(err, ERR_RETRY, "Sendcloud's answer says nothing of the orders");
    hear_stored(node_first(stored, NULL), batch);
    return true;
}

/* ---- seeking ---- */

bool sendcloud_v3_list(const struct account *account, struct batch *batch, struct request *out,
                       struct err *err)
{
    (void)err;
    request_begin(out, HTTP_GET, "GET /orders", account, "/api/v3/orders");
    request_parameter(out, "integration", settings_text(&account->settings, "integration"));
    request_parameter(out, "order_id", sendcloud_only(batch)->key);
    return true;
}

/* The order itself, NULL when it is not there: the filter ignores case, and so finds others too. */
static bool same_order(const struct account *account, const struct response *response,
                       const struct entry *entry, const struct node **out, struct err *err)
{
    const struct node *order;

    if (!sendcloud_list(response, "data", &order, err))
        return false;
    for (; order; order = order->next) {
        const char *integration = node_text(order, "order_details.integration.id");

        if (text_same(node_text(order, "order_id"), entry->key) &&
            (!integration ||
             text_same(integration, settings_text(&account->settings, "integration"))))
            break;
    }
    *out = order;
    return true;
}

bool sendcloud_v3_listed(const struct account *account, const struct response *response,
                         struct batch *batch, struct err *err)
{
    struct entry *entry = sendcloud_only(batch);
    const struct node *order;
    const char *text;
    struct err ignored;
    int64_t there_utc;

    if (!same_order(account, response, entry, &order, err))
        return false;
    if (!order)
        return true;
    text = node_text(order, "order_details.order_updated_at");
    sendcloud_note_id(entry, node_text(order, "id"), batch->arena);
    sendcloud_settle_found(entry,
                           text && iso_parse(text, &there_utc, &ignored) ? there_utc : UNSAID);
    return true;
}

bool sendcloud_v3_listed_cancel(const struct account *account, const struct response *response,
                                struct batch *batch, struct err *err)
{
    struct entry *entry = sendcloud_only(batch);
    const struct node *order;

    if (!same_order(account, response, entry, &order, err))
        return false;
    sendcloud_note_id(entry, node_text(order, "id"), batch->arena);
    sendcloud_note_listed(entry, order != NULL);
    return true;
}

/* ---- cancelling ---- */

bool sendcloud_v3_cancel(const struct account *account, struct batch *batch, struct request *out,
                         struct err *err)
{
    const struct entry *entry = sendcloud_only(batch);
    const char *id = entry->target_id ? entry->target_id : CANCEL_OF(entry->record)->target_id;

    if (!text_is_digits(id))
        return err_set(err, ERR_RECORD,
                       "an order whose number at Sendcloud is not known cannot be deleted there");
    request_begin(out, HTTP_DELETE, SENDCLOUD_V3_DELETE, account,
                  arena_format(out->arena, "/api/v3/orders/%s", id));
    out->changes = true;
    return true;
}
