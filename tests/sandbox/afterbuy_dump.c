/* What two runs may compare of the Afterbuy simulator, and what must never be there twice. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/afterbuy.h"

static int text_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void dump_tags(struct text *t, const struct ab_order *o)
{
    const char *tags[256] = {NULL};
    struct bag_entry e;
    size_t at = 0, n = 0;

    while (n < 256 && bag_next(&o->tags, &at, &e))
        tags[n++] = e.value;
    qsort(tags, n, sizeof *tags, text_order);
    text_str(t, ",\"tags\":[");
    for (size_t i = 0; i < n; i++) {
        text_str(t, i ? "," : "");
        text_json(t, tags[i]);
    }
    text_char(t, ']');
}

static void dump_labels(struct text *t, const struct ab_order *o)
{
    text_str(t, ",\"labels\":[");
    for (size_t i = 0; i < o->label_count; i++) {
        struct bag_entry e;
        size_t at = 0;

        text_str(t, i ? ",{" : "{");
        while (bag_next(&o->labels[i], &at, &e))
            text_member(t, ab_label_kind.fields[e.id].name, e.value);
        text_char(t, '}');
    }
    text_char(t, ']');
}

static void dump_order(struct text *t, const struct ab_order *o)
{
    static const struct {
        const char *key;
        unsigned field;
    } rows[] = {{"tracking", AF_ADDITIONAL_INFO},
                {"tracking_link", AF_TRACKING_LINK},
                {"method", AF_SHIP_METHOD},
                {"service", AF_DELIVERY_SERVICE},
                {"delivery_date", AF_DELIVERY_DATE},
                {"memo", AF_MEMO},
                {"info1", AF_INFO1},
                {"info2", AF_INFO2},
                {"info3", AF_INFO3}};

    text_char(t, '{');
    text_member_int(t, "id", o->id);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        text_member(t, rows[i].key, bag_get(&o->fields, rows[i].field));
    if (o->item_count)
        text_member(t, "flag", bag_get(&o->items[0], AF_I_FLAG));
    text_member_raw(t, "hidden", o->hidden ? "true" : "false");
    text_member_raw(t, "cancelled", o->cancelled ? "true" : "false");
    dump_tags(t, o);
    dump_labels(t, o);
    text_char(t, '}');
}

bool ab_state(struct text *t, const char *account)
{
    const struct ab_account *a = ab_account_by_name(account);

    if (!a)
        return false;
    text_char(t, '{');
    text_member(t, "account", a->name);
    text_member_int(t, "products", (int64_t)a->product_count);
    text_str(t, ",\"orders\":[");
    for (size_t i = 0; i < a->order_count; i++) {
        text_str(t, i ? "," : "");
        dump_order(t, a->orders[i]);
    }
    text_str(t, "]}");
    return true;
}

static bool tag_doubled(const struct ab_order *o)
{
    struct bag_entry e, f;
    size_t at = 0;

    while (bag_next(&o->tags, &at, &e)) {
        size_t behind = at;

        while (bag_next(&o->tags, &behind, &f)) {
            if (same_text(e.value, f.value))
                return true;
        }
    }
    return false;
}

size_t ab_check(struct text *t)
{
    size_t doubled = 0;

    for (const struct ab_account *a = ab_account_first(); a; a = a->next) {
        for (size_t i = 0; i < a->order_count; i++) {
            if (!tag_doubled(a->orders[i]))
                continue;
            doubled++;
            text_fmt(t, "\"afterbuy %s: order %lld has a tag twice\",", a->name,
                     (long long)a->orders[i]->id);
        }
    }
    return doubled;
}
