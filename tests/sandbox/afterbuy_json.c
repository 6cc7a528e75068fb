/* Orders and articles from the compact JSON of the control API. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/afterbuy.h"

enum { PART_MARK = 0x1f };

/* The groups of the JSON and what they are called there. */
struct json_group {
    const char *key;
    enum ab_group group;
};

static const struct json_group order_groups[] = {
    {"payment", AG_PAYMENT},          {"bank", AG_BANK},         {"billing", AG_BILLING},
    {"shipping_address", AG_ADDRESS}, {"shipping", AG_SHIPPING}, {"info", AG_INFO},
    {"currency", AG_CURRENCY}};
static const struct json_group item_groups[] = {
    {"product", AG_PRODUCT}, {"base", AG_BASE}, {"original_currency", AG_CURRENCY}};
static const struct json_group product_groups[] = {{"stock", AG_STOCK}, {"texts", AG_MEMO}};

/* ---- values ---- */

static void bytes_of_base64(struct text *t, const char *s)
{
    size_t n = 0;
    unsigned char *to = (unsigned char *)text_room(t, strlen(s) + 1);

    if (sodium_base642bin(to, strlen(s) + 1, s, strlen(s), "\r\n ", &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) == 0)
        t->len += n;
}

/* Text as it is; ISO instants become German local time where a date belongs. */
static void words_of(struct text *t, const char *s, size_t n, enum ab_style style)
{
    int64_t utc_ms;

    if ((style == AS_DATE || style == AS_SECRET) && n && s[n - 1] == 'Z' && iso_parse(s, &utc_ms))
        text_german(t, berlin_of(utc_ms / 1000));
    else
        text_add(t, s, n);
}

static void number_of(struct text *t, const json_t *value)
{
    char *dot;

    if (json_is_integer(value)) {
        text_int(t, json_integer_value(value));
        return;
    }
    text_fmt(t, "%.10g", json_real_value(value));
    dot = strchr(t->s, '.');
    if (dot)
        *dot = ',';
}

/* False for a kind of value that says nothing. */
static bool value_of(struct text *t, const json_t *value, enum ab_style style)
{
    const char *base64 = json_string_value(json_object_get(value, "base64"));

    text_clear(t);
    (void)text_room(t, 0);
    if (json_is_string(value))
        words_of(t, json_string_value(value), json_string_length(value), style);
    else if (json_is_number(value))
        number_of(t, value);
    else if (json_is_boolean(value))
        text_char(t, json_is_true(value) ? '1' : '0');
    else if (base64)
        bytes_of_base64(t, base64);
    else
        return false;
    return true;
}

static bool apply_field(struct bag *b, const struct ab_kind *kind, enum ab_group group,
                        const char *name, const json_t *value)
{
    struct text t = {0};
    unsigned field;
    bool known = ab_field_find(kind, group, name, &field);

    if (known && json_is_null(value))
        bag_drop(b, field);
    else if (known && value_of(&t, value, kind->fields[field].style))
        bag_set_n(b, field, t.s, t.len);
    text_done(&t);
    return known;
}

static void drop_group(struct bag *b, const struct ab_kind *kind, enum ab_group group)
{
    for (unsigned i = 0; i < kind->count; i++) {
        if (kind->fields[i].group == group)
            bag_drop(b, i);
    }
}

/* An object of fields, or null: the whole group goes. */
static bool apply_group(struct bag *b, const struct ab_kind *kind, enum ab_group group,
                        const json_t *said)
{
    const char *name;
    json_t *value;

    if (json_is_null(said)) {
        drop_group(b, kind, group);
        return true;
    }
    json_object_foreach(json_steps(said), name, value)
    {
        if (!apply_field(b, kind, group, name, value) && !same_text(name, "children"))
            return false;
    }
    return json_is_object(said);
}

/* {"Name":"value"} as elements nobody has heard of. */
static bool apply_extra(struct bag *b, unsigned field, const json_t *said)
{
    const char *name;
    json_t *value;

    bag_drop(b, field);
    json_object_foreach(json_steps(said), name, value)
    {
        struct text t = {0}, full = {0};

        if (value_of(&t, value, AS_PLAIN)) {
            text_fmt(&full, "%s=", name);
            text_add(&full, t.s, t.len);
            bag_add(b, field, full.s, full.len);
        }
        text_done(&t);
        text_done(&full);
    }
    return true;
}

/* A list of objects, each packed as the parts of those names. */
static bool apply_parts(struct bag *b, unsigned field, const json_t *list, const char *const *names)
{
    bag_drop(b, field);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct text packed = {0}, t = {0};

        for (size_t k = 0; names[k]; k++) {
            if (k)
                text_char(&packed, PART_MARK);
            if (value_of(&t, json_object_get(json_array_get(list, i), names[k]), AS_PLAIN))
                text_add(&packed, t.s, t.len);
        }
        bag_add(b, field, packed.s, packed.len);
        text_done(&packed);
        text_done(&t);
    }
    return json_is_array(list);
}

static const struct json_group *group_of(const struct json_group *groups, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (same_text(groups[i].key, key))
            return &groups[i];
    }
    return NULL;
}

/* ---- orders ---- */

static bool apply_item_key(struct bag *item, const char *key, const json_t *value)
{
    static const char *const child[] = {"ProductID",     "ProductEAN",       "ProductANr",
                                        "ProductName",   "ProductQuantity",  "ProductVAT",
                                        "ProductWeight", "ProductUnitPrice", NULL};
    static const char *const attribute[] = {"name", "value", NULL};
    const struct json_group *group =
        group_of(item_groups, sizeof item_groups / sizeof *item_groups, key);

    if (same_text(key, "extra"))
        return apply_extra(item, AF_I_EXTRA, value);
    if (same_text(key, "attributes"))
        return apply_parts(item, AF_I_ATTRIBUTE, value, attribute);
    if (!group)
        return apply_field(item, &ab_item_kind, AG_ORDER, key, value);
    if (!apply_group(item, &ab_item_kind, group->group, value))
        return false;
    if (group->group == AG_BASE && json_object_get(value, "children"))
        return apply_parts(item, AF_I_BASE_CHILD, json_object_get(value, "children"), child);
    return true;
}

/* The n-th object changes the n-th item; items that are not there yet begin as the default one. */
static bool apply_items(struct ab_order *o, const json_t *said)
{
    const char *when = bag_get(&o->fields, AF_ORDER_DATE);
    char *date = mem_copy(when ? when : "");
    bool fine = json_is_array(said);

    while (o->item_count > json_array_size(said))
        bag_done(&o->items[--o->item_count]);
    for (size_t i = 0; i < json_array_size(said) && fine; i++) {
        struct bag *item = i < o->item_count ? &o->items[i] : ab_item_new(o);
        const char *key;
        json_t *value;

        if (!item->len)
            ab_item_default(o, item, date);
        json_object_foreach(json_array_get(said, i), key, value)
        {
            fine = fine && apply_item_key(item, key, value);
        }
    }
    free(date);
    return fine;
}

static bool apply_labels(struct ab_order *o, const json_t *said)
{
    while (o->label_count)
        bag_done(&o->labels[--o->label_count]);
    for (size_t i = 0; i < json_array_size(said); i++) {
        if (!apply_group(ab_label_new(o), &ab_label_kind, AG_ORDER, json_array_get(said, i)))
            return false;
    }
    return json_is_array(said);
}

static bool apply_tags(struct ab_order *o, const json_t *said)
{
    bag_done(&o->tags);
    for (size_t i = 0; i < json_array_size(said); i++) {
        const json_t *tag = json_array_get(said, i);

        if (!json_is_string(tag))
            return false;
        bag_add(&o->tags, 0, json_string_value(tag), json_string_length(tag));
    }
    return json_is_array(said);
}

/* The moment of the sale, in every field that follows from it. */
static bool apply_at(struct ab_order *o, const json_t *said)
{
    struct text t = {0};
    bool fine = value_of(&t, said, AS_DATE);

    if (fine) {
        bag_set(&o->fields, AF_ORDER_DATE, t.s);
        bag_set(&o->fields, AF_FEEDBACK_DATE, t.s);
        bag_set(&o->fields, AF_PAY_DATE, t.s);
        for (size_t i = 0; i < o->item_count; i++) {
            bag_set(&o->items[i], AF_I_END_DATE, t.s);
            bag_set(&o->items[i], AF_I_MOD_DATE, t.s);
        }
    }
    text_done(&t);
    return fine;
}

static bool apply_order_key(struct ab_order *o, const char *key, const json_t *value)
{
    const struct json_group *group =
        group_of(order_groups, sizeof order_groups / sizeof *order_groups, key);

    if (group)
        return apply_group(&o->fields, &ab_order_kind, group->group, value);
    if (same_text(key, "id") || same_text(key, "at"))
        return true;
    if (same_text(key, "items"))
        return apply_items(o, value);
    if (same_text(key, "labels"))
        return apply_labels(o, value);
    if (same_text(key, "tags"))
        return apply_tags(o, value);
    if (same_text(key, "extra"))
        return apply_extra(&o->fields, AF_ORDER_EXTRA, value);
    if (same_text(key, "hidden"))
        o->hidden = json_is_true(value);
    else if (same_text(key, "cancelled"))
        o->cancelled = json_is_true(value);
    else
        return apply_field(&o->fields, &ab_order_kind, AG_ORDER, key, value);
    return true;
}

bool ab_order_apply(struct ab_account *a, struct ab_order *o, const json_t *said)
{
    const json_t *at = json_object_get(said, "at");
    const char *key;
    json_t *value;

    (void)a;
    if (at && !apply_at(o, at))
        return false;
    json_object_foreach(json_steps(said), key, value)
    {
        if (!apply_order_key(o, key, value))
            return false;
    }
    ab_order_refresh(o);
    return true;
}

/* ---- articles ---- */

static bool apply_list(struct bag *b, unsigned field, const json_t *said)
{
    bag_drop(b, field);
    for (size_t i = 0; i < json_array_size(said); i++) {
        const json_t *one = json_array_get(said, i);

        bag_add(b, field, json_is_string(one) ? json_string_value(one) : "",
                json_string_length(one));
    }
    return json_is_array(said);
}

static bool apply_product_key(struct ab_product *p, const char *key, const json_t *value)
{
    const struct json_group *group =
        group_of(product_groups, sizeof product_groups / sizeof *product_groups, key);
    static const char *const base[] = {"BaseProductID", "BaseProductType", NULL};

    if (same_text(key, "id"))
        return true;
    if (group)
        return apply_group(&p->fields, &ab_product_kind, group->group, value);
    if (same_text(key, "extra"))
        return apply_extra(&p->fields, AF_P_EXTRA, value);
    if (same_text(key, "skus"))
        return apply_list(&p->fields, AF_P_SKU, value);
    if (same_text(key, "tags"))
        return apply_list(&p->fields, AF_P_TAG, value);
    if (same_text(key, "base"))
        return apply_parts(&p->fields, AF_P_PART, value, base);
    return apply_field(&p->fields, &ab_product_kind, AG_ORDER, key, value);
}

bool ab_product_apply(struct ab_product *p, const json_t *said)
{
    const char *key;
    json_t *value;

    json_object_foreach(json_steps(said), key, value)
    {
        if (!apply_product_key(p, key, value))
            return false;
    }
    return true;
}
