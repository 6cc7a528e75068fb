/* op_parts.c: lines that are no articles of their own. `allocate` puts the parts of a bundle in its
 * place, `unique` keeps two articles from being one. */
#include "plan/mapping_intern.h"

#include "core/text.h"

#define CENT_E4 100

/* ---- allocate ---- */

bool op_allocate_load(struct loader *loader, const char *field, const char *value,
                      struct rule *rule)
{
    if (!rule_field_load(loader, field, 1U << FIELD_LIST, rule))
        return false;
    loader->column = "field";
    if (rule->field.field->element != &item_shape)
        return loader_fail(loader, "'allocate' works on the lines of an order: items");
    loader->column = "value";
    rule->article = field_find(shape_of(KIND_ARTICLES), value);
    return (rule->article && field_is_number(rule->article)) ||
           loader_fail(loader,
                       "'%.60s' is no number of an article; price_e4 shares a bundle's price out "
                       "as its parts cost by themselves",
                       value);
}

/* What a bundle's line becomes. */
struct bundle {
    const struct item *line;
    struct item *parts;
    int64_t *shares;
    size_t len;
};

/* price * quantity, where both are known and it fits. */
static int64_t times(int64_t one, int64_t quantity)
{
    int64_t product;

    return said(one) && said(quantity) && !__builtin_mul_overflow(one, quantity, &product) ? product
                                                                                           : UNSAID;
}

static enum did refuse_bundle(struct work *work, const struct item *line, const char *why)
{
    return work_decide(work, OUTCOME_REFUSE, "bundle",
                       arena_format(work->scratch, "bundle %s: %s",
                                    line->sku ? line->sku : line->product_ref, why));
}

/* One part of the bundle as a line of its own, in the words of its article. */
static enum did fill_part(struct work *work, const struct rule *rule, struct bundle *bundle,
                          const struct part *part)
{
    struct item *out = &bundle->parts[bundle->len];
    const struct article *article = NULL;
    int64_t share;

    out->product_ref = part->product_ref;
    out->sku = part->sku;
    out->ref = arena_format(work->scratch, "%s/%zu", bundle->line->ref ? bundle->line->ref : "",
                            bundle->len + 1);
    out->quantity = times(part->quantity, bundle->line->quantity);
    if (!said(out->quantity) || out->quantity <= 0)
        return refuse_bundle(work, bundle->line, "a quantity of its parts cannot be read");
    if (!work->catalogue->find(work->catalogue->context, out, work->scratch, &article, work->err))
        return DID_FAIL;
    if (!article)
        return refuse_bundle(work, bundle->line,
                             arena_format(work->scratch,
                                          "its part %s is not in the catalogue; `tagwerk explain` "
                                          "that article",
                                          part->sku ? part->sku : part->product_ref));
    out->sku = article->sku;
    out->ean = article->ean;
    out->title = article->title;
    out->weight_g = article->weight_g;
    work->weighed_by_catalogue |= said(out->weight_g);
    out->hs_code = article->hs_code;
    out->origin = article->origin;
    share = times(*(const int64_t *)(const void *)((const char *)article + rule->article->offset),
                  out->quantity);
    bundle->shares[bundle->len++] = share > 0 ? share : 0;
    return DID_CHANGE;
}

/* Shares of which nothing is known are as large as their pieces are many. */
static int64_t shares_sum(struct bundle *bundle)
{
    int64_t sum = 0;
    bool known = true;

    for (size_t i = 0; i < bundle->len; i++)
        known = known && bundle->shares[i] > 0;
    for (size_t i = 0; i < bundle->len; i++) {
        if (!known)
            bundle->shares[i] = bundle->parts[i].quantity;
        if (__builtin_add_overflow(sum, bundle->shares[i], &sum))
            return 0;
    }
    return sum;
}

/* Shares `total_e4` out in whole cents: each part gets what the running sum of shares is worth,
 * less what those before it got, and the last the rest. So the parts add up to the total, whatever
 * is rounded. False: the numbers are too large for that. */
static bool share_out(struct bundle *bundle, int64_t total_e4)
{
    int64_t sum = shares_sum(bundle), before = 0, given_e4 = 0, worth;

    if (sum == 0)
        return false;
    for (size_t i = 0; i < bundle->len; i++) {
        struct item *part = &bundle->parts[i];

        before += bundle->shares[i];
        if (__builtin_mul_overflow(total_e4 / CENT_E4, before, &worth))
            return false;
        part->total_e4 = (i + 1 == bundle->len ? total_e4 : worth / sum * CENT_E4) - given_e4;
        part->price_e4 = part->total_e4 / part->quantity;
        given_e4 += part->total_e4;
    }
    return true;
}

static enum did expand(struct work *work, const struct rule *rule, const struct article *article,
                       struct bundle *bundle)
{
    int64_t total_e4 = item_total_e4(bundle->line);

    bundle->parts = items_new(article->parts_len, work->scratch);
    bundle->shares = arena_array(work->scratch, article->parts_len, sizeof *bundle->shares);
    for (size_t i = 0; i < article->parts_len; i++) {
        enum did did = fill_part(work, rule, bundle, &article->parts[i]);

        if (did != DID_CHANGE || bundle->len <= i)
            return did;
    }
    if (said(total_e4) && !share_out(bundle, total_e4))
        return work_too_large(work, rule);
    work_note(work, "bundle", bundle->line->sku);
    return DID_CHANGE;
}

/* The line's bundle; `len` 0: it is none, or was refused. */
static enum did take_apart(struct work *work, const struct rule *rule, const struct item *line,
                           struct bundle *out)
{
    const struct article *article = NULL;
    enum did did = DID_NOTHING;

    *out = (struct bundle){.line = line};
    if (!work->catalogue->find(work->catalogue->context, line, work->scratch, &article, work->err))
        return DID_FAIL;
    if (article && article->parts_len)
        did = expand(work, rule, article, out);
    else if (text_same(line->role, "bundle"))
        did = refuse_bundle(work, line, "the catalogue does not say what it is made of");
    if (out->parts && out->len < article->parts_len)
        out->len = 0;
    return did;
}

enum did op_allocate(struct work *work, const struct rule *rule, const struct subject *subject)
{
    struct order *order = ORDER(subject->record);
    struct bundle *bundles = arena_array(work->scratch, order->items_len + 1, sizeof *bundles);
    size_t lines = 0, at = 0;
    enum did all = DID_NOTHING;
    struct item *items;

    for (size_t i = 0; i < order->items_len && work->catalogue; i++) {
        enum did did = take_apart(work, rule, &order->items[i], &bundles[i]);

        if (did == DID_FAIL)
            return did;
        all = did == DID_NOTHING ? all : DID_CHANGE;
        lines += bundles[i].len ? bundles[i].len : 1;
    }
    if (all == DID_NOTHING)
        return all;
    items = items_new(lines, work->scratch);
    for (size_t i = 0; i < order->items_len; i++) {
        size_t len = bundles[i].len ? bundles[i].len : 1;

        memcpy(items + at, bundles[i].len ? bundles[i].parts : &order->items[i],
               len * sizeof *items);
        at += len;
    }
    order->items = items;
    order->items_len = lines;
    work->articles = NULL; /* counted by line */
    return all;
}

/* ---- unique ---- */

bool op_unique_load(struct loader *loader, const char *field, const char *value, struct rule *rule)
{
    if (!rule_field_load(loader, field, TYPE_TEXT, rule))
        return false;
    loader->column = "field";
    if (loader->kind != KIND_ARTICLES || !(text_same(field, "sku") || text_same(field, "ean")))
        return loader_fail(loader, "'unique' works on the sku or ean of an article");
    loader->column = "value";
    if (!rule_no_value(loader, rule, value))
        return false;
    rule->code = arena_format(loader->arena, "%s-taken", field);
    return true;
}

enum did op_unique(struct work *work, const struct rule *rule, const struct subject *subject)
{
    const char *value = operand_text(&rule->field, subject, work->scratch);
    const char *owner = NULL;

    if (!work->catalogue || text_is_empty(value))
        return DID_NOTHING;
    if (!work->catalogue->owner(work->catalogue->context, rule->field_name, value, work->scratch,
                                &owner, work->err))
        return DID_FAIL;
    if (!owner || text_same(owner, subject->record->ref))
        return DID_NOTHING;
    return work_decide(
        work, OUTCOME_REFUSE, rule->code,
        arena_format(work->scratch, "%s %s belongs to article %s", rule->field_name, value, owner));
}
