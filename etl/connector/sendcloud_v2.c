/* sendcloud_v2.c: orders into the import list of an integration (API v2). It is an upsert on
 * external_order_id, by the hundred, and every entry has its own answer. An order is taken out of
 * the list by the list's own id of it. */
#include "connector/sendcloud.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/text.h"

#define ERROR_TEXT_MAX 300

/* ---- writing ---- */

/* Contents by the number that stands for them. */
static const char *const contents[] = {
    "gift", "documents", "commercial_goods", "commercial_sample", "returned_goods", NULL};

static void put_text(struct json_out *out, const char *key, const char *text)
{
    json_key(out, key);
    json_text(out, text ? text : "");
}

static void put_or_null(struct json_out *out, const char *key, const char *text)
{
    json_key(out, key);
    json_text(out, text_is_empty(text) ? NULL : text);
}

static void put_time(struct json_out *out, const char *key, int64_t utc)
{
    char text[ISO_TEXT_SIZE];

    json_field(out, key, iso_text(utc, text));
}

static void put_weight(struct json_out *out, int64_t weight_g)
{
    json_key(out, "weight");
    if (said(weight_g) && weight_g > 0)
        json_decimal_text(out, weight_g, 3, 3);
    else
        json_null(out);
}

static void put_money(struct json_out *out, const char *key, int64_t money_e4)
{
    json_key(out, key);
    json_decimal_text(out, said(money_e4) ? sendcloud_cents(money_e4) : 0, 2, 2);
}

static void put_status(struct json_out *out, const char *key, const char *id, const char *message)
{
    json_key(out, key);
    json_map(out);
    json_field(out, "id", id);
    json_field(out, "message", message);
    json_map_end(out);
}

static void put_address(struct json_out *out, const struct address *to)
{
    put_text(out, "name", to->name ? to->name : to->company);
    put_text(out, "company_name", to->company);
    put_text(out, "address", to->street);
    put_text(out, "house_number", to->house_number);
    put_text(out, "address_2", to->extra);
    put_text(out, "postal_code", to->postcode);
    put_text(out, "city", to->city);
    put_text(out, "country", to->country);
    put_or_null(out, "to_state", to->state);
    put_text(out, "telephone", to->phone);
    put_text(out, "email", to->email);
    put_text(out, "to_post_number", to->post_number);
    put_or_null(out, "to_service_point", NULL);
}

static void put_customs(struct json_out *out, const struct order *order)
{
    put_text(out, "customs_invoice_nr", order->customs_invoice);
    json_key(out, "customs_shipment_type");
    for (int i = 0; contents[i]; i++) {
        if (text_same(contents[i], order->customs_content)) {
            json_int(out, i);
            return;
        }
    }
    json_null(out);
}

static void put_item(struct json_out *out, const struct item *item)
{
    json_map(out);
    put_text(out, "description", item->title ? item->title : item->sku ? item->sku : "-");
    json_field_int(out, "quantity", item->quantity);
    put_money(out, "value", item->price_e4);
    put_weight(out, item->weight_g);
    json_field(out, "hs_code", item->hs_code);
    json_field(out, "origin_country", item->origin);
    json_field(out, "sku", item->sku);
    json_field(out, "product_id", item->product_ref);
    json_map_end(out);
}

static void put_order(struct json_out *out, const struct entry *entry)
{
    const struct order *order = ORDER_OF(entry->record);

    json_map(out);
    json_field(out, "external_order_id", entry->key);
    put_or_null(out, "external_shipment_id", NULL);
    json_field(out, "order_number", entry->key);
    put_address(out, &order->ship_to);
    put_time(out, "created_at", sendcloud_created_utc(entry));
    put_time(out, "updated_at", entry->revised_utc);
    put_or_null(out, "currency", order->currency);
    if (said(order->total_e4))
        put_money(out, "total_order_value", order->total_e4);
    put_weight(out, order->weight_g);
    put_customs(out, order);
    put_status(out, "order_status", "open", "Open");
    if (said(order->paid_utc))
        put_status(out, "payment_status", "paid", "Paid");
    else
        put_status(out, "payment_status", "unpaid", "Unpaid");
    put_text(out, "shipping_method_checkout_name", order->delivery_label);
    json_key(out, "parcel_items");
    json_list(out);
    for (size_t i = 0; i < order->items_len; i++)
        put_item(out, &order->items[i]);
    json_list_end(out);
    json_map_end(out);
}

bool sendcloud_v2_write(const struct account *account, struct batch *batch, struct request *out,
                        struct err *err)
{
    const char *path = sendcloud_integration_path(account, "/shipments", out->arena);
    struct json_out json = sendcloud_json_begin(out, SENDCLOUD_V2_PUSH, account, path);
    size_t written = 0;

    json_list(&json);
    for (size_t i = 0; i < batch->len; i++) {
        struct entry *entry = &batch->entries[i];

        if (!entry_is_written(entry) || !sendcloud_can_say(entry, contents, batch->arena))
            continue;
        put_order(&json, entry);
        written++;
    }
    json_list_end(&json);
    return written || err_set(err, ERR_RECORD, "no order of the batch can be said to Sendcloud");
}

/* ---- hearing ---- */

static void put_leaf(const struct node *leaf, const struct buf *path, struct buf *out)
{
    if (out->len)
        buf_text(out, "; ");
    if (path->len)
        buf_format(out, "%s: ", buf_str(path));
    remark_put(out, leaf->text);
}

static void path_add(struct buf *path, const char *name, int64_t index)
{
    if (path->len)
        buf_char(path, '.');
    if (name)
        buf_text(path, name);
    else
        buf_int(path, index);
}

static void path_cut(struct buf *path, size_t len)
{
    path->len = len;
    if (path->data)
        path->data[len] = '\0';
}

/* What is wrong, as "parcel_items.1.weight: A valid number is required.; ..."; the place of a
 * message in its list is not told. */
static void put_trouble(const struct node *node, struct buf *path, struct buf *out)
{
    size_t len = path->len;
    int64_t index = 0;

    if (node->text)
        put_leaf(node, path, out);
    for (const struct node *child = node->child; child && out->len < ERROR_TEXT_MAX;
         child = child->next, index++) {
        if (child->name || !child->text)
            path_add(path, child->name, index);
        put_trouble(child, path, out);
        path_cut(path, len);
    }
}

static const char *trouble_text(const struct node *error, struct arena *arena)
{
    AUTO(buf_done) struct buf path = {0};
    AUTO(buf_done) struct buf text = {0};

    if (error)
        put_trouble(error, &path, &text);
    return text.len ? arena_text(arena, buf_str(&text)) : "Sendcloud gave no reason";
}

static void hear_entry(struct entry *entry, const struct node *answer, struct arena *arena)
{
    const char *status = node_text(answer, "status");
    const char *id = node_text(answer, "shipment_uuid");

    if (text_same_nocase(status, "error") || node_at(answer, "error"))
        entry_settle(entry, VERDICT_REFUSED, "refused-by-target",
                     trouble_text(node_at(answer, "error"), arena));
    else if (status || id)
        entry_settle(entry, VERDICT_DONE, NULL, NULL);
    sendcloud_note_id(entry, id, arena);
}

static void hear_answers(const struct node *answers, struct batch *batch)
{
    for (const struct node *answer = node_first(answers, NULL); answer; answer = answer->next) {
        struct entry *entry = sendcloud_unheard(batch, node_text(answer, "external_order_id"));

        if (entry)
            hear_entry(entry, answer, batch->arena);
    }
}

bool sendcloud_v2_hear(const struct account *account, const struct response *response,
                       struct batch *batch, struct err *err)
{
    AUTO(buf_done) struct buf message = {0};

    (void)account;
    if (response->status == 400) {
        sendcloud_message(response->root, &message);
        sendcloud_hear_whole(batch, arena_text(batch->arena, buf_str(&message)));
        return true;
    }
    /* Who is not named in the answer stays in doubt. */
    batch_settle(batch, VERDICT_UNSURE, NULL, NULL);
    if (!response->root || response->root->type != NODE_LIST)
        return err_set(err, ERR_RETRY, "Sendcloud's answer says nothing of the orders");
    hear_answers(response->root, batch);
    return true;
}

/* ---- seeking in the list ---- */

bool sendcloud_v2_list(const struct account *account, struct batch *batch, struct request *out,
                       struct err *err)
{
    (void)err;
    request_begin(out, HTTP_GET, "GET /integrations/{id}/shipments", account,
                  sendcloud_integration_path(account, "/shipments", out->arena));
    for (size_t i = 0; i < batch->len; i++)
        request_parameter(out, "external_order_ids", batch->entries[i].key);
    request_parameter(out, "cursor", batch->next);
    return true;
}

typedef void listed_fn(struct entry *entry, const struct node *found);

static bool find_listed(const struct response *response, struct batch *batch, listed_fn *listed,
                        struct err *err)
{
    const struct node *result;

    if (!sendcloud_list(response, "results", &result, err))
        return false;
    for (; result; result = result->next) {
        for (size_t i = 0; i < batch->len; i++) {
            struct entry *entry = &batch->entries[i];

            if (!text_same(entry->key, node_text(result, "external_order_id")))
                continue;
            sendcloud_note_id(entry, node_text(result, "shipment_uuid"), batch->arena);
            listed(entry, result);
        }
    }
    batch->next = sendcloud_cursor(node_text(response->root, "next"), batch->next, batch->arena);
    return true;
}

/* The shop's own time of change is what we sent as updated_at; Sendcloud's clock proves nothing
 * about a revision. */
static void order_listed(struct entry *entry, const struct node *found)
{
    const char *text = node_text(found, "shipment_updated_at");
    struct err ignored;
    int64_t there_utc;

    sendcloud_settle_found(entry,
                           text && iso_parse(text, &there_utc, &ignored) ? there_utc : UNSAID);
}

static void cancel_listed(struct entry *entry, const struct node *found)
{
    (void)found;
    sendcloud_note_listed(entry, true);
}

bool sendcloud_v2_listed(const struct account *account, const struct response *response,
                         struct batch *batch, struct err *err)
{
    (void)account;
    return find_listed(response, batch, order_listed, err);
}

bool sendcloud_v2_listed_cancel(const struct account *account, const struct response *response,
                                struct batch *batch, struct err *err)
{
    (void)account;
    for (size_t i = 0; !batch->next && i < batch->len; i++)
        sendcloud_note_listed(&batch->entries[i], false);
    return find_listed(response, batch, cancel_listed, err);
}

/* ---- cancelling ---- */

bool sendcloud_v2_cancel(const struct account *account, struct batch *batch, struct request *out,
                         struct err *err)
{
    const struct entry *entry = sendcloud_only(batch);
    const char *id = entry->target_id ? entry->target_id : CANCEL_OF(entry->record)->target_id;
    struct json_out json;

    if (!id)
        return err_set(err, ERR_RECORD,
                       "an order whose shipment_uuid is not known cannot be taken out of the list");
    json =
        sendcloud_json_begin(out, SENDCLOUD_V2_DELETE, account,
                             sendcloud_integration_path(account, "/shipments/delete", out->arena));
    json_map(&json);
    json_field(&json, "shipment_uuid", id);
    json_map_end(&json);
    return true;
}

/* 404: it is not in the list any more; whether it became a parcel is for a seek to tell. */
bool sendcloud_cancel_hear(const struct account *account, const struct response *response,
                           struct batch *batch, struct err *err)
{
    bool is_gone = response->status == 204;

    (void)account;
    (void)err;
    batch_settle(batch, is_gone ? VERDICT_DONE : VERDICT_UNSURE, NULL, NULL);
    return true;
}
