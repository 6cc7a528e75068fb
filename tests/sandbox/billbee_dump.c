/* The Billbee simulator's dump for comparing two runs, and what stands twice in it. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"

/* ---- the dump ---- */

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

/* By number: ids that the API made up may differ between two runs. */
static int by_number(const void *x, const void *y)
{
    const struct bb_order *a = *(struct bb_order *const *)x, *b = *(struct bb_order *const *)y;
    int order = compare_text(a->number, b->number);

    return order ? order : (a->id > b->id) - (a->id < b->id);
}

static int by_tag(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

static int by_shipment(const void *x, const void *y)
{
    const struct bb_shipment *a = *(struct bb_shipment *const *)x;
    const struct bb_shipment *b = *(struct bb_shipment *const *)y;

    return compare_text(a->number, b->number);
}

static void dump_tags(struct text *t, const struct bb_order *o)
{
    char **sorted = mem_need((o->tag_count + 1) * sizeof(char *));

    for (size_t i = 0; i < o->tag_count; i++)
        sorted[i] = o->tags[i];
    qsort(sorted, o->tag_count, sizeof(char *), by_tag);
    text_str(t, ",\"tags\":[");
    for (size_t i = 0; i < o->tag_count; i++) {
        text_str(t, i ? "," : "");
        text_json(t, sorted[i]);
    }
    text_char(t, ']');
    free(sorted);
}

static void dump_shipments(struct text *t, const struct bb_account *a, const struct bb_order *o)
{
    struct bb_shipment **sorted = mem_need((o->shipment_count + 1) * sizeof(struct bb_shipment *));

    for (size_t i = 0; i < o->shipment_count; i++)
        sorted[i] = a->shipments[o->shipments[i]];
    qsort(sorted, o->shipment_count, sizeof(struct bb_shipment *), by_shipment);
    text_str(t, ",\"shipments\":[");
    for (size_t i = 0; i < o->shipment_count; i++) {
        const struct bb_shipment *s = sorted[i];

        text_str(t, i ? ",{" : "{");
        text_member(t, "number", s->number);
        text_member_int(t, "provider", s->provider);
        text_member_int(t, "product", s->product);
        text_member_int(t, "carrier", s->carrier);
        text_member_int(t, "type", s->type);
        text_member_raw(t, "marketplace_knows", s->told ? "true" : "false");
        text_char(t, '}');
    }
    text_char(t, ']');
    free(sorted);
}

static void dump_orders(struct text *t, const struct bb_account *a)
{
    struct bb_order **sorted = mem_need((a->order_count + 1) * sizeof(struct bb_order *));

    for (size_t i = 0; i < a->order_count; i++)
        sorted[i] = a->orders[i];
    qsort(sorted, a->order_count, sizeof(struct bb_order *), by_number);
    text_str(t, ",\"orders\":[");
    for (size_t i = 0; i < a->order_count; i++) {
        const struct bb_order *o = sorted[i];

        text_str(t, i ? ",{" : "{");
        text_member(t, "number", o->number);
        if (!o->posted)
            text_member_int(t, "id", o->id);
        text_member_int(t, "state", o->state);
        dump_tags(t, o);
        dump_shipments(t, a, o);
        if (o->posted)
            text_member_raw(t, "posted", o->posted);
        text_char(t, '}');
    }
    text_char(t, ']');
    free(sorted);
}

static int by_sku(const void *x, const void *y)
{
    const struct bb_article *a = *(struct bb_article *const *)x;
    const struct bb_article *b = *(struct bb_article *const *)y;
    int order = compare_text(a->sku, b->sku);

    return order ? order : (a->id > b->id) - (a->id < b->id);
}

static void dump_articles(struct text *t, const struct bb_account *a)
{
    struct bb_article **sorted = mem_need((a->article_count + 1) * sizeof(struct bb_article *));
    size_t n = 0;

    for (size_t i = 0; i < a->article_count; i++) {
        if (!a->articles[i]->gone)
            sorted[n++] = a->articles[i];
    }
    qsort(sorted, n, sizeof(struct bb_article *), by_sku);
    text_str(t, ",\"articles\":[");
    for (size_t i = 0; i < n; i++) {
        const struct bb_article *p = sorted[i];

        text_str(t, i ? ",{" : "{");
        text_member(t, "sku", p->sku);
        text_member(t, "ean", p->ean);
        text_member(t, "title", p->title);
        text_str(t, ",\"stock_milli\":[");
        for (size_t k = 0; k < BB_STOCKS; k++)
            text_fmt(t, "%s%lld", k ? "," : "", (long long)p->stocks[k].milli);
        text_str(t, "]}");
    }
    text_char(t, ']');
    free(sorted);
}

bool bb_state(struct text *t, const char *account)
{
    const struct bb_account *a = bb_account_by_name(account);

    if (!a)
        return false;
    text_char(t, '{');
    text_member(t, "account", a->name);
    dump_orders(t, a);
    dump_articles(t, a);
    text_member_int(t, "webhooks", (int64_t)json_array_size(a->hooks));
    text_char(t, '}');
    return true;
}

/* ---- doubles ---- */

static size_t found(struct text *t, const struct bb_account *a, const struct bb_order *o,
                    const char *what)
{
    struct text words = {0};

    text_fmt(&words, "billbee %s: order %s (%lld): %s", a->name, o->number ? o->number : "-",
             (long long)o->id, what);
    text_json(t, words.s);
    text_char(t, ',');
    text_done(&words);
    return 1;
}

static bool shipped_before(const struct bb_account *a, const struct bb_order *o, size_t n)
{
    const char *number = a->shipments[o->shipments[n]]->number;

    for (size_t i = 0; number && i < n; i++) {
        if (same_text(a->shipments[o->shipments[i]]->number, number))
            return true;
    }
    return false;
}

static size_t check_shipments(struct text *t, const struct bb_account *a, const struct bb_order *o)
{
    size_t doubled = 0;

    for (size_t i = 1; i < o->shipment_count; i++) {
        if (shipped_before(a, o, i))
            doubled += found(t, a, o, "a shipment stands more than once");
    }
    return doubled;
}

static size_t check_tags(struct text *t, const struct bb_account *a, const struct bb_order *o)
{
    for (size_t i = 0; i < o->tag_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (same_word(o->tags[i], o->tags[k]))
                return found(t, a, o, "a tag stands more than once");
        }
    }
    return 0;
}

/* Of several with one number, each that the API made after the first. */
static size_t check_number(struct text *t, const struct bb_account *a, const struct bb_order *o)
{
    size_t step = 0;
    const struct bb_order *other;

    if (!o->posted || !o->number)
        return 0;
    while ((other = bb_order_numbered(a, o->number, &step)) != NULL) {
        if (other->record < o->record && other->posted && other->shop == o->shop)
            return found(t, a, o, "created more than once");
    }
    return 0;
}

size_t bb_check(struct text *t)
{
    size_t doubled = 0;

    for (const struct bb_account *a = bb_account_first(); a; a = a->next) {
        for (size_t i = 0; i < a->order_count; i++) {
            const struct bb_order *o = a->orders[i];

            doubled += check_shipments(t, a, o) + check_tags(t, a, o) + check_number(t, a, o);
        }
    }
    return doubled;
}
