#include "plan/mapping_intern.h"

#include "core/decimal.h"
#include "core/text.h"

#define RATE_SCALE 8

/* ---- sum, at_least ---- */

bool op_sum_load(struct loader *loader, const char *field, const char *value, struct rule *rule)
{
    if (!rule_field_load(loader, field, TYPE_COUNTS, rule))
        return false;
    rule_from_load(loader, rule);
    if (!operand_load(loader, value, &rule->other))
        return false;
    return (!rule->field.list && operand_is_of_line(&rule->other) &&
            rule->other.field->type == rule->field.field->type) ||
           loader_fail(loader,
                       "'%.60s' cannot be added up to '%s'; name a field of the lines, such "
                       "as items.weight_g",
                       value, field);
}

struct sum {
    int64_t total;
    bool whole; /* every line had a say */
    bool fits;
};

static struct sum sum_of(const struct rule *rule, struct record *record)
{
    struct lines lines = lines_of(rule->other.list, record);
    struct sum sum = {.whole = lines.len > 0, .fits = true};

    for (size_t i = 0; i < lines.len; i++) {
        void *line = lines.first + i * lines.size;
        const struct item *item = line;
        int64_t each = *field_number(rule->other.field, line), all;

        if (!said(each) || !said(item->quantity)) {
            sum.whole = false;
            continue;
        }
        sum.fits = sum.fits && multiply_fits(each, item->quantity, &all) &&
                   !__builtin_add_overflow(sum.total, all, &sum.total);
    }
    return sum;
}

enum did op_sum(struct work *work, const struct rule *rule, const struct subject *subject)
{
    struct sum sum = sum_of(rule, subject->record);

    if (!sum.fits)
        return work_too_large(work, rule);
    if (!sum.whole)
        return DID_NOTHING;
    work_say_from(work, rule, work->weighed_by_catalogue ? "catalogue" : "source");
    return rule_put_number(rule, subject, sum.total);
}

enum did op_at_least(struct work *work, const struct rule *rule, const struct subject *subject)
{
    struct sum sum = sum_of(rule, subject->record);
    int64_t now = *field_number(rule->field.field, subject->record);

    if (!sum.fits)
        return work_too_large(work, rule);
    if (!said(now) || now >= sum.total)
        return DID_NOTHING;
    work_note(work, "raised", rule->field_name);
    return rule_put_number(rule, subject, sum.total);
}

/* ---- convert ---- */

static bool rates_load(struct loader *loader, struct rule *rule)
{
    const struct lookup *table = rule->lookup.table;
    int64_t *rates = arena_array(loader->arena, lookup_rows(table) + 1, sizeof *rates);
    struct place place = {loader->path, loader->column, loader->line};
    struct err inner;

    for (size_t row = 0; row < lookup_rows(table); row++) {
        const char *cell = lookup_cell(table, row, rule->column);

        (void)lookup_entered(loader, table, row, rule->column);
        if (!decimal_parse(cell, RATE_SCALE, &rates[row], &inner) || rates[row] <= 0)
            return loader_fail(loader, "'%.60s' is no rate; write it as 1.0650", cell);
        (void)lookup_entered(loader, table, row, rule->into_column);
        if (strlen(lookup_cell(table, row, rule->into_column)) != 3)
            return loader_fail(loader, "'%.60s' is no currency; write it as EUR",
                               lookup_cell(table, row, rule->into_column));
    }
    lookup_left(loader, place);
    rule->numbers = rates;
    return true;
}

bool op_convert_load(struct loader *loader, const char *field, const char *value, struct rule *rule)
{
    if (!rule_field_load(loader, field, TYPE_TEXT, rule))
        return false;
    loader->column = "field";
    if (!text_same(field, "currency"))
        return loader_fail(loader, "'convert' works on the currency of the record");
    loader->column = "value";
    return lookup_load(loader, value, &rule->field, &rule->lookup) &&
           lookup_output(loader, rule->lookup.table, "rate", NULL, &rule->column) &&
           lookup_output(loader, rule->lookup.table, "into", NULL, &rule->into_column) &&
           rates_load(loader, rule);
}

/* To whole cents, half away from zero: lines and total are then the same at whatever places a
 * target reads. */
static bool convert_amount(int64_t *amount_e4, int64_t rate_e8)
{
    const int64_t cent = 10000000000; /* in 1/10^12, which is what the product counts */
    int64_t product, cents;

    if (!said(*amount_e4))
        return true;
    if (!multiply_fits(*amount_e4, rate_e8, &product))
        return false;
    cents = product / cent;
    if (product % cent >= cent / 2)
        cents++;
    else if (product % cent <= -cent / 2)
        cents--;
    *amount_e4 = cents * 100;
    return true;
}

static bool convert_fields(const struct shape *shape, void *base, int64_t rate_e8)
{
    for (size_t i = 0; i < shape->fields_len; i++)
        if (shape->fields[i].type == FIELD_MONEY &&
            !convert_amount(field_number(&shape->fields[i], base), rate_e8))
            return false;
    return true;
}

/* What the lines and the shipping come to; false when a price is not said or the sum is absurd. */
static bool order_parts(const struct order *order, int64_t *out_e4)
{
    int64_t total = said(order->shipping_e4) ? order->shipping_e4 : 0, all;

    for (size_t i = 0; i < order->items_len; i++) {
        const struct item *item = &order->items[i];

        if (!said(item->price_e4) || !said(item->quantity) ||
            !multiply_fits(item->price_e4, item->quantity, &all) ||
            __builtin_add_overflow(total, all, &total))
            return false;
    }
    *out_e4 = total;
    return true;
}

/* A total that was the sum of its parts is it again. */
static bool convert_order(struct order *order, int64_t rate_e8)
{
    int64_t parts_e4;
    bool sums_up = order_parts(order, &parts_e4) && parts_e4 == order->total_e4;

    if (!convert_fields(shape_of(KIND_ORDERS), order, rate_e8))
        return false;
    for (size_t i = 0; i < order->items_len; i++)
        if (!convert_fields(&item_shape, &order->items[i], rate_e8))
            return false;
    if (sums_up && order_parts(order, &parts_e4))
        order->total_e4 = parts_e4;
    return true;
}

enum did op_convert(struct work *work, const struct rule *rule, const struct subject *subject)
{
    struct record *record = subject->record;
    const char *from = *field_text(rule->field.field, record), *into;
    size_t row;

    if (!lookup_find(&rule->lookup, subject, work->scratch, &row))
        return DID_NOTHING;
    into = lookup_cell(rule->lookup.table, row, rule->into_column);
    if (text_same(from, into))
        return DID_NOTHING;
    if (record->kind == KIND_ORDERS
            ? !convert_order(ORDER(record), rule->numbers[row])
            : !convert_fields(shape_of(record->kind), record, rule->numbers[row]))
        return work_too_large(work, rule);
    work_note(work, "converted", from);
    return rule_put_text(rule, subject, into);
}
