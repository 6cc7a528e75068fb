/* The controls of the Billbee simulator, its dump for comparisons, and the search for doubles. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/control.h"
#include "sandbox/hook.h"
#include "sandbox/switches.h"

enum { FIRST_SHIPMENT_CARRIER = 2 };

/* ---- orders ---- */

static void put_shipments(struct bb_account *a, struct bb_order *o, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *said = json_array_get(list, i);
        const char *number = json_string_value(json_object_get(said, "ShippingId"));
        struct bb_shipment *s = bb_shipment_new(a, o);

        s->number = mem_copy(number);
        s->carrier = FIRST_SHIPMENT_CARRIER;
        s->type = 0;
        s->told = o->state == BB_SHIPPED;
    }
}

static bool put_order(struct bb_account *a, const json_t *said, const char **why)
{
    json_t *order = json_deep_copy(said);
    bool fine = json_is_object(order) && bb_order_members(order);
    const json_t *id = json_object_get(order, "BillBeeOrderId");
    struct bb_order *o;

    *why = "an order is an object, and has no such member";
    if (fine && json_is_integer(id) && bb_order_find(a, json_integer_value(id))) {
        *why = "an order with that BillBeeOrderId exists; change it by orders/{id}";
        fine = false;
    }
    if (fine) {
        bb_order_complete(a, order);
        o = bb_order_new(a, order, true);
        put_shipments(a, o, json_object_get(order, "ShippingIds"));
        bb_event_add(a, o, BB_E_IMPORTED, "");
    }
    json_decref(order);
    return fine;
}

static void put_orders(struct call *c, struct bb_account *a, const json_t *said)
{
    const char *why = "a list of orders is needed";
    json_t *ids = json_array();
    bool fine = json_is_array(said);

    for (size_t i = 0; fine && i < json_array_size(said); i++) {
        fine = put_order(a, json_array_get(said, i), &why);
        if (fine)
            (void)json_array_append_new(ids, json_integer(a->orders[a->order_count - 1]->id));
    }
    if (fine)
        call_answer_json(c, 200, json_pack("{s:b,s:O}", "ok", 1, "ids", ids));
    else
        control_answer(c, false, why);
    json_decref(ids);
}

/* ---- credit orders ---- */

static json_t *negative(const json_t *number)
{
    return json_real(-json_number_value(number));
}

/* An item with its amounts below zero; `quantity` of it, or all when that is null. */
static json_t *credit_item(const json_t *item, const json_t *quantity)
{
    static const char *const amounts[] = {"Quantity", "TotalPrice", "TaxAmount",
                                          "UnrebatedTotalPrice"};
    json_t *credit = json_deep_copy(item), *product = json_object_get(credit, "Product");
    const char *title = json_string_value(json_object_get(product, "Title"));
    double all = json_number_value(json_object_get(item, "Quantity")), part = 1;
    struct text words = {0};

    if (json_is_number(quantity) && all > 0)
        part = json_number_value(quantity) / all;
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        json_t *n = negative(json_object_get(item, amounts[i]));

        (void)json_real_set(n, json_real_value(n) * part);
        (void)json_object_set_new(credit, amounts[i], n);
    }
    text_fmt(&words, "Storno %s", title ? title : "");
    (void)json_object_set_new(product, "Title", json_string(words.s));
    text_done(&words);
    (void)json_object_del(credit, "BillbeeId");
    return credit;
}

/* All items, or those that the list names as {"item": place, "quantity": n}. */
static json_t *credit_items(const json_t *items, const json_t *said)
{
    json_t *credits = json_array();

    for (size_t i = 0; !json_is_array(said) && i < json_array_size(items); i++)
        (void)json_array_append_new(credits, credit_item(json_array_get(items, i), NULL));
    for (size_t i = 0; i < json_array_size(said); i++) {
        const json_t *row = json_array_get(said, i);
        const json_t *item =
            json_array_get(items, (size_t)json_integer_value(json_object_get(row, "item")));

        if (item)
            (void)json_array_append_new(credits,
                                        credit_item(item, json_object_get(row, "quantity")));
    }
    return credits;
}

static void credit_number(json_t *credit, const struct bb_order *o)
{
    struct text number = {0};

    if (!o->number)
        return;
    text_fmt(&number, "%s-GS", o->number);
    (void)json_object_set_new(credit, "OrderNumber", json_string(number.s));
    text_done(&number);
}

/* Cancelled after the invoice: an order of its own, and the original stays as it is. */
static struct bb_order *credit_new(struct bb_account *a, const struct bb_order *o,
                                   const json_t *said)
{
    json_t *credit = bb_order_object(a, o);
    json_t *items = credit_items(json_object_get(credit, "OrderItems"), said);
    const json_t *shop = bb_row(a->shops, "Id", o->shop);
    double total = 0;
    struct bb_order *made;

    for (size_t i = 0; i < json_array_size(items); i++)
        total += json_number_value(json_object_get(json_array_get(items, i), "TotalPrice"));
    (void)json_object_set_new(credit, "OrderItems", items);
    (void)json_object_set_new(credit, "TotalCost", json_real(total));
    (void)json_object_set_new(credit, "ShippingCost", json_real(0));
    (void)json_object_set_new(credit, "State", json_integer(BB_ORDERED));
    (void)json_object_set_new(credit, "PayedAt", json_null());
    (void)json_object_set_new(credit, "ShippedAt", json_null());
    (void)json_object_set_new(credit, "Id", json_null());
    if (same_text(json_string_value(json_object_get(shop, "Platform")), "Shopify") && o->ref)
        (void)json_object_set_new(credit, "IsCancelationFor", json_string(o->ref));
    if (switch_on(SWITCH_BB_CREDIT_PARENT) || !o->number)
        (void)json_object_set_new(credit, "BillBeeParentOrderId", json_integer(o->id));
    (void)json_object_del(credit, "BillBeeOrderId");
    (void)json_object_del(credit, "LastModifiedAt");
    credit_number(credit, o);
    made = bb_order_new(a, credit, true);
    json_decref(credit);
    bb_event_add(a, made, BB_E_IMPORTED, "");
    return made;
}

/* ---- changes at the merchant ---- */

/* Objects are changed member by member, items by their place; everything else is replaced. */
static void merge(json_t *into, const json_t *said)
{
    const char *key;
    json_t *value;

    json_object_foreach(json_steps(said), key, value)
    {
        json_t *old = json_object_get(into, key);

        if (json_is_object(old) && json_is_object(value))
            (void)json_object_update_recursive(old, value);
        else
            (void)json_object_set(into, key, value);
    }
}

static void merge_items(json_t *order, const json_t *items)
{
    json_t *old = json_object_get(order, "OrderItems"), *merged = json_array();

    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *before = json_array_get(old, i);
        json_t *item = before ? json_deep_copy(before) : json_object();

        (void)json_object_update_recursive(item, json_array_get(items, i));
        (void)json_array_append_new(merged, item);
    }
    (void)json_object_set_new(order, "OrderItems", merged);
}

static void change_members(struct bb_account *a, struct bb_order *o, json_t *said)
{
    json_t *full, *items = json_object_get(said, "OrderItems");
    int state = o->state;

    if (!json_object_size(said))
        return;
    full = bb_order_object(a, o);
    if (json_is_array(items)) {
        merge_items(full, items);
        (void)json_object_del(said, "OrderItems");
        (void)json_object_del(full, "TotalCost");
        bb_order_complete(a, full);
    }
    merge(full, said);
    bb_order_set(a, o, full, true);
    json_decref(full);
    bb_event_add(a, o, BB_E_CHANGED, "");
    if (o->state != state) { /* what follows from a state follows from its change */
        int next = o->state;

        o->state = state;
        bb_order_state(a, o, next);
    }
}

static bool change(struct bb_account *a, struct bb_order *o, const json_t *said, const char **why)
{
    json_t *rest = json_deep_copy(said);
    const json_t *stamp = json_object_get(said, "LastModifiedAt");
    int64_t wall = bb_now();
    int was = o->state;
    bool fine;

    (void)json_object_del(rest, "cancel");
    (void)json_object_del(rest, "credit");
    (void)json_object_del(rest, "shipments");
    (void)json_object_del(rest, "LastModifiedAt");
    fine = bb_order_members(rest) && (!stamp || bb_date_parse(json_string_value(stamp), &wall));
    if (fine)
        change_members(a, o, rest);
    json_decref(rest);
    *why = "an order has no such member, or LastModifiedAt is no date";
    if (!fine)
        return false;
    put_shipments(a, o, json_object_get(said, "shipments"));
    if (json_is_true(json_object_get(said, "cancel")))
        bb_order_state(a, o, BB_CANCELED);
    if (was != o->state)
        bb_rule_run(a, o, false);
    if (json_object_size(said) > (json_object_get(said, "credit") != NULL))
        bb_order_stamp(a, o, wall);
    return true;
}

static void change_order(struct call *c, struct bb_account *a, const char *number,
                         const json_t *said)
{
    int64_t id;
    struct bb_order *o = int_of(number, &id) ? bb_order_find(a, id) : NULL;
    const json_t *credit = json_object_get(said, "credit");
    const char *why = "no such order";

    if (!o || !change(a, o, said, &why)) {
        control_answer(c, false, why);
        return;
    }
    if (json_is_true(credit) || json_is_array(credit))
        id = credit_new(a, o, credit)->id;
    call_answer_json(c, 200, json_pack("{s:b,s:I}", "ok", 1, "id", (json_int_t)id));
}

/* Ids and states, for tests that want to go on with them. */
static void list_orders(struct call *c, const struct bb_account *a)
{
    const char *number = call_query(c, "number");
    struct text *t = &c->reply.body;
    bool any = false;

    call_answer(c, 200, "application/json");
    text_char(t, '[');
    for (size_t i = 0; i < a->order_count; i++) {
        const struct bb_order *o = a->orders[i];

        if (number && !same_text(o->number, number))
            continue;
        text_str(t, any ? ",{" : "{");
        any = true;
        text_member_int(t, "id", o->id);
        text_member(t, "number", o->number);
        text_member_int(t, "state", o->state);
        text_char(t, '}');
    }
    text_char(t, ']');
}

/* ---- articles and the rest ---- */

static void put_products(struct call *c, struct bb_account *a, const json_t *said)
{
    json_t *ids = json_array();

    for (size_t i = 0; i < json_array_size(said); i++) {
        json_t *row = json_deep_copy(json_array_get(said, i)), *full;
        uint32_t record = bb_article_record(a, json_integer_value(json_object_get(row, "Id")));
        struct bb_article *p;

        if (record == BB_NO_RECORD) {
            p = bb_article_new(a, row, true);
        } else {
            p = a->articles[record];
            full = bb_article_object(a, p);
            merge(full, row);
            bb_article_set(a, p, full, true);
            json_decref(full);
        }
        (void)json_array_append_new(ids, json_integer(p->id));
        json_decref(row);
    }
    call_answer_json(c, 200, json_pack("{s:b,s:o}", "ok", 1, "ids", ids));
}

static void put_providers(struct call *c, struct bb_account *a, const json_t *said)
{
    if (json_is_array(said)) {
        json_decref(a->providers);
        a->providers = json_deep_copy(said);
    }
    control_answer(c, json_is_array(said), "a list of providers is needed");
}

static void put_rule(struct call *c, struct bb_account *a, const json_t *said)
{
    const char *url = json_string_value(json_object_get(said, "url"));

    if (url && !hook_url_local(url)) {
        control_answer(c, false, "an address beyond this machine");
        return;
    }
    free(a->rule_url);
    a->rule_url = mem_copy(url);
    a->rule_hears_api = json_is_true(json_object_get(said, "also_api"));
    control_answer(c, true, NULL);
}

static void show_rule(struct call *c)
{
    call_answer(c, 200, "application/json");
    hook_text(&c->reply.body, HOOK_BILLBEE);
}

static bool control_posted(struct call *c, struct bb_account *a, const char *path,
                           const json_t *said)
{
    static const struct {
        const char *path;
        void (*run)(struct call *c, struct bb_account *a, const json_t *said);
    } rows[] = {{"orders", put_orders},
                {"products", put_products},
                {"providers", put_providers},
                {"rule", put_rule}};
    struct path_parts parts;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (same_text(path, rows[i].path)) {
            rows[i].run(c, a, said);
            return true;
        }
    }
    if (!path_matches(path, "orders/{id}", &parts))
        return false;
    change_order(c, a, parts.part[0], said);
    return true;
}

bool bb_control(struct call *c, const char *path, const json_t *said)
{
    struct bb_account *a = bb_account_by_name(call_query(c, "account"));

    if (!a)
        return false;
    if (c->method == METHOD_POST)
        return control_posted(c, a, path, said);
    if (same_text(path, "orders"))
        list_orders(c, a);
    else if (same_text(path, "rule"))
        show_rule(c);
    else
        return false;
    return true;
}
