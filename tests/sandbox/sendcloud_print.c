/* From an incoming order to parcels with labels: what a person in the panel does. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/sendcloud.h"
#include "sandbox/switches.h"

enum { DEFAULT_GRAMS = 1000 };

static const char *words(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

/* A field of the request under the name that parcels have for it. */
static void put_words(json_t *to, const char *name, const json_t *from, const char *key)
{
    const char *s = json_string_value(json_object_get(from, key));

    if (s)
        (void)json_object_set_new(to, name, json_string(s));
}

static json_t *decimal(const json_t *number)
{
    struct text t = {0};
    json_t *s;

    text_fmt(&t, "%.3f", json_number_value(number));
    s = json_string(t.s);
    text_done(&t);
    return s;
}

static json_t *v3_item(const json_t *item)
{
    json_t *row = json_object();
    const json_t *price = json_object_get(item, "unit_price");
    const json_t *weight = json_object_get(json_object_get(item, "measurement"), "weight");
    struct text value = {0};

    price = price ? price : json_object_get(item, "total_price");
    text_fmt(&value, "%.2f", json_number_value(json_object_get(price, "value")));
    put_words(row, "description", item, "name");
    put_words(row, "sku", item, "sku");
    put_words(row, "product_id", item, "product_id");
    put_words(row, "hs_code", item, "hs_code");
    put_words(row, "origin_country", item, "country_of_origin");
    (void)json_object_set(row, "quantity", json_object_get(item, "quantity"));
    (void)json_object_set_new(row, "value", json_string(value.s));
    if (weight)
        (void)json_object_set_new(row, "weight", decimal(json_object_get(weight, "value")));
    text_done(&value);
    return row;
}

/* A v3 order in the words of a v2 shipment. */
static json_t *v2_of_v3(const json_t *order)
{
    static const char *const address[][2] = {{"name", "name"},
                                             {"company_name", "company_name"},
                                             {"address", "address_line_1"},
                                             {"house_number", "house_number"},
                                             {"address_2", "address_line_2"},
                                             {"postal_code", "postal_code"},
                                             {"city", "city"},
                                             {"country", "country_code"},
                                             {"to_state", "state_province_code"},
                                             {"email", "email"},
                                             {"telephone", "phone_number"}};
    const json_t *details = json_object_get(order, "order_details");
    const json_t *shipping = json_object_get(order, "shipping_details");
    const json_t *total = json_object_get(json_object_get(order, "payment_details"), "total_price");
    const json_t *weight = json_object_get(json_object_get(shipping, "measurement"), "weight");
    const json_t *items = json_object_get(details, "order_items");
    json_t *flat = json_object(), *list = json_array();

    for (size_t i = 0; i < sizeof address / sizeof *address; i++)
        put_words(flat, address[i][0], json_object_get(order, "shipping_address"), address[i][1]);
    for (size_t i = 0; i < json_array_size(items); i++)
        (void)json_array_append_new(list, v3_item(json_array_get(items, i)));
    (void)json_object_set_new(flat, "parcel_items", list);
    put_words(flat, "customs_invoice_nr", json_object_get(order, "customs_details"),
              "commercial_invoice_number");
    put_words(flat, "shipping_method_checkout_name", shipping, "delivery_indicator");
    put_words(flat, "currency", total, "currency");
    if (total)
        (void)json_object_set_new(flat, "total_order_value",
                                  decimal(json_object_get(total, "value")));
    if (weight)
        (void)json_object_set_new(flat, "weight", decimal(json_object_get(weight, "value")));
    return flat;
}

int64_t sc_weight_of(const json_t *flat)
{
    const json_t *items = json_object_get(flat, "parcel_items");
    int64_t grams = 0, sum = 0;

    if (milli_of(json_string_value(json_object_get(flat, "weight")), &grams) && grams > 0)
        return grams;
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);

        if (milli_of(words(item, "weight"), &grams))
            sum += grams * json_integer_value(json_object_get(item, "quantity"));
    }
    return sum > 0 ? sum : DEFAULT_GRAMS;
}

/* The value of an item: recorded answers have a text, the files a number. */
static json_t *item_value(const json_t *item)
{
    const char *s = words(item, "value");
    int64_t milli = 0;

    if (switch_on(SWITCH_SC_BY_THE_BOOK) && milli_of(s, &milli))
        return json_real((double)milli / 1000);
    return json_string(s);
}

/* The items with everything an answer says of an item. */
static json_t *whole_items(const json_t *items)
{
    json_t *all = json_array();

    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        json_t *row = json_pack("{s:s,s:s,s:s,s:s,s:n,s:{}}", "hs_code", "", "weight", "0.000",
                                "sku", "", "product_id", "", "origin_country", "properties");
        const char *key;
        json_t *value;

        json_object_foreach(json_steps(item), key, value)
        {
            if (!json_is_null(value))
                (void)json_object_set(row, key, value);
        }
        (void)json_object_set_new(row, "value", item_value(item));
        (void)json_array_append_new(all, row);
    }
    return all;
}

char *sc_fixed_members(const json_t *flat)
{
    static const char *const texts[] = {"name",
                                        "company_name",
                                        "address_2",
                                        "city",
                                        "postal_code",
                                        "telephone",
                                        "email",
                                        "to_state",
                                        "to_post_number",
                                        "shipping_method_checkout_name",
                                        "customs_invoice_nr"};
    const char *street = words(flat, "address"), *house = words(flat, "house_number");
    json_t *items = whole_items(json_object_get(flat, "parcel_items"));
    const json_t *type = json_object_get(flat, "customs_shipment_type");
    char *list = json_dumps(items, JSON_COMPACT | JSON_REAL_PRECISION(15));
    struct text t = {0}, whole = {0};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        text_member(&t, texts[i], words(flat, texts[i]));
    text_fmt(&whole, "%s%s%s", street, *house ? " " : "", house);
    text_member(&t, "address", whole.s);
    text_str(&t, ",\"address_divided\":{");
    text_member(&t, "street", street);
    text_member(&t, "house_number", house);
    text_char(&t, '}');
    text_member(&t, "total_order_value", words(flat, "total_order_value"));
    text_member(&t, "total_order_value_currency", words(flat, "currency"));
    if (json_is_integer(type))
        text_member_int(&t, "customs_shipment_type", json_integer_value(type));
    else
        text_member(&t, "customs_shipment_type", NULL);
    text_member_raw(&t, "parcel_items", list ? list : "[]");
    text_done(&whole);
    json_decref(items);
    free(list);
    return text_take(&t);
}

static struct sc_parcel *make_parcel(struct sc_account *a, const struct sc_entry *e,
                                     const json_t *flat)
{
    struct sc_parcel *p = sc_parcel_new(a);

    free(p->order_number);
    p->order_number = mem_copy(e->order_number);
    p->order_id = mem_copy(e->order_id);
    p->shipment_id = mem_copy(e->shipment_id);
    p->integration = e->integration;
    p->fixed = sc_fixed_members(flat);
    p->country = mem_copy(words(flat, "country"));
    p->postal_code = mem_copy(words(flat, "postal_code"));
    p->grams = sc_weight_of(flat);
    sc_uuid(p->uuid, (uint64_t)a->user_id, e->id);
    sc_parcel_index(a, p);
    return p;
}

static void rename_carrier(char **to, const char *name)
{
    if (!name)
        return;
    free(*to);
    *to = mem_copy(name);
}

/* One parcel goes through the printer. A method that is not in the list is used by its name. */
static void print_parcel(struct sc_account *a, struct sc_parcel *p, const struct sc_print *how)
{
    const struct sc_method *named =
        how->method || how->carrier ? sc_method_find(how->method, how->carrier) : NULL;

    counts_mutations("sendcloud", 1);
    sc_parcel_move(a, p, SC_ANNOUNCING);
    if (how->status != SC_FAILED)
        sc_parcel_label(a, p, named ? named : sc_method_for(p->country, p->grams));
    if (how->status != SC_FAILED && !named) {
        rename_carrier(&p->method, how->method);
        rename_carrier(&p->carrier, how->carrier);
    }
    if (how->status != SC_ANNOUNCING)
        sc_parcel_move(a, p, how->status);
}

size_t sc_print_entry(struct sc_account *a, struct sc_entry *e, const struct sc_print *how)
{
    json_t *said = json_loads(e->body, 0, NULL);
    json_t *flat = e->v3 ? v2_of_v3(said) : json_incref(said);
    uint64_t set = 0;

    for (int i = 0; i < how->count; i++) {
        struct sc_parcel *p = make_parcel(a, e, flat);

        set = set ? set : p->collo_set;
        p->collo_set = set;
        p->collo_nr = i;
        p->collo_count = how->count;
        print_parcel(a, p, how);
    }
    e->printed = true;
    if (switch_on(SWITCH_SC_PRINT_REMOVES))
        sc_entry_remove(a, e);
    json_decref(flat);
    json_decref(said);
    return (size_t)how->count;
}

void sc_parcel_label(struct sc_account *a, struct sc_parcel *p, const struct sc_method *m)
{
    free(p->method);
    free(p->carrier);
    free(p->carrier_name);
    free(p->tracking);
    p->method = mem_copy(m->name);
    p->carrier = mem_copy(m->carrier);
    p->carrier_name = mem_copy(m->carrier_name);
    p->method_id = sc_method_id(m);
    p->letter = m->letter;
    p->tracking = sc_tracking_number(m->carrier, p->id);
    p->announced_ms = clock_ms();
    index_add(&a->by_tracking, hash_text(p->tracking), sc_parcel_position(a, p));
}
