#include "plan/mapping_intern.h"

#include "core/text.h"

#define CODE_SIZE 32

/* ---- what the ops have in common ---- */

void work_note(struct work *work, const char *what, const char *about)
{
    struct note *note;

    for (note = work->notes; note; note = note->next)
        if (text_same(note->what, what) && text_same(note->about, about))
            return;
    note = arena_alloc(work->scratch, sizeof *note);
    *note = (struct note){.what = what, .about = about};
    *work->notes_end = note;
    work->notes_end = &note->next;
}

enum did work_decide(struct work *work, enum outcome outcome, const char *code, const char *text)
{
    struct mapped *out = work->out;

    if (out->outcome == OUTCOME_SEND) {
        out->outcome = outcome;
        out->code = code;
        out->text = text;
        return outcome == OUTCOME_SKIP ? DID_END : DID_CHANGE;
    }
    if (outcome == OUTCOME_SKIP)
        return DID_NOTHING;
    if (text && !(out->text && strstr(out->text, text)))
        out->text = out->text ? arena_format(work->scratch, "%s; %s", out->text, text) : text;
    return DID_CHANGE;
}

enum did work_too_large(struct work *work, const struct rule *rule)
{
    return work_decide(
        work, OUTCOME_REFUSE, "too-large",
        arena_format(work->scratch, "the numbers that make up %s are too large", rule->field_name));
}

bool rule_field_load(struct loader *loader, const char *name, unsigned types, struct rule *rule)
{
    loader->column = "field";
    if (!*name)
        return loader_fail(loader, "'%s' needs a field", rule->op->name);
    if (!operand_load(loader, name, &rule->field))
        return false;
    if (!rule->field.field)
        return loader_fail(loader, "'%s' is an option of the route, which no rule changes", name);
    if (!(types & 1U << rule->field.field->type))
        return loader_fail(loader, "'%s' does not work on '%s'", rule->op->name, name);
    if (text_same(name, "ref") && types != TYPE_ALL)
        return loader_fail(loader, "'ref' is what a record is known by; no rule changes it");
    loader->list = rule->field.list;
    loader->column = "value";
    return true;
}

bool rule_no_value(struct loader *loader, const struct rule *rule, const char *value)
{
    return !*value || loader_fail(loader, "'%s' takes no value", rule->op->name);
}

bool operand_is_of_line(const struct operand *operand)
{
    return operand->list && operand->list->element == &item_shape;
}

void rule_from_load(const struct loader *loader, struct rule *rule)
{
    if (!rule->field.list && text_same(rule->field.field->name, "weight_g"))
        rule->from = field_find(loader->shape, "weight_from");
}

void work_say_from(struct work *work, const struct rule *rule, const char *who)
{
    if (rule->from)
        *field_text(rule->from, work->record) = who;
}

enum did rule_put_text(const struct rule *rule, const struct subject *subject, const char *text)
{
    const char **at = field_text(rule->field.field, operand_base(&rule->field, subject));

    if (text_same(*at, text) || (!text && text_is_empty(*at)))
        return DID_NOTHING;
    *at = text;
    return DID_CHANGE;
}

enum did rule_put_number(const struct rule *rule, const struct subject *subject, int64_t number)
{
    int64_t *at = field_number(rule->field.field, operand_base(&rule->field, subject));

    if (*at == number)
        return DID_NOTHING;
    *at = number;
    return DID_CHANGE;
}

bool rule_field_filled(const struct rule *rule, const struct subject *subject)
{
    return !field_is_empty(rule->field.field, operand_base(&rule->field, subject));
}

/* ---- need, warn, skip, refuse ---- */

static bool op_need_load(struct loader *loader, const char *field, const char *value,
                         struct rule *rule)
{
    if (!rule_field_load(loader, field, TYPE_ALL, rule) ||
        !test_load_need(loader, &rule->field, value, &rule->check))
        return false;
    rule->code = arena_format(loader->arena, "need-%s", field);
    if (!rule->note)
        rule->note = *value ? arena_format(loader->arena, "%s is none of %s", field, value)
                            : arena_format(loader->arena, "%s is empty", field);
    return true;
}

static enum did op_need(struct work *work, const struct rule *rule, const struct subject *subject)
{
    if (test_holds(&rule->check, subject, work->scratch))
        return DID_NOTHING;
    return work_decide(work, OUTCOME_REFUSE, rule->code, rule->note);
}

static enum did op_warn(struct work *work, const struct rule *rule, const struct subject *subject)
{
    if (test_holds(&rule->check, subject, work->scratch))
        return DID_NOTHING;
    work_note(work, "missing", rule->field_name);
    return DID_CHANGE;
}

static bool op_code_load(struct loader *loader, const char *field, const char *value,
                         struct rule *rule)
{
    loader->column = "field";
    if (*field) {
        if (!operand_load(loader, field, &rule->field))
            return false;
        if (!rule->field.field || rule->field.field->type != FIELD_LIST)
            return loader_fail(loader, "'%s' takes the lines (items) or nothing", rule->op->name);
        rule->field = (struct operand){.list = rule->field.field};
        loader->list = rule->field.list;
    }
    loader->column = "value";
    if (!*value || strlen(value) >= CODE_SIZE ||
        value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-")])
        return loader_fail(loader,
                           "'%.60s' is no reason code: small letters, digits and -, and a "
                           "row in lookup/reasons.csv",
                           value);
    rule->code = arena_text(loader->arena, value);
    return true;
}

static enum did op_skip(struct work *work, const struct rule *rule, const struct subject *subject)
{
    if (!subject->line)
        return work_decide(work, OUTCOME_SKIP, rule->code, rule->note);
    work_note(work, "left-out", rule->code);
    return DID_DROP;
}

static enum did op_refuse(struct work *work, const struct rule *rule, const struct subject *subject)
{
    (void)subject;
    return work_decide(work, OUTCOME_REFUSE, rule->code, rule->note);
}

/* ---- the closed list; mappings/README.md is made of it ---- */

const struct op ops[] = {
    {"clean", op_clean_load, op_clean, "a text, ship_to.* or items.*", "",
     "takes out what the eye does not see: control and zero-width characters, blanks too many; "
     "notes "
     "cleaned:FIELD"},
    {"set", op_set_load, op_set, "any", "text with {field} and {route.option}; empty: clears",
     "gives the field this value"},
    {"default", op_set_load, op_default, "any", "like set",
     "gives an empty field this value; notes default:FIELD"},
    {"lookup", op_lookup_load, op_lookup, "any", "name of a table in mappings/lookup",
     "gives the field what the table's first fitting row gives under `gives FIELD` or `gives "
     "result`; none fits, "
     "or "
     "the cell is empty: the field stays"},
    {"cover", op_cover_load, op_cover, "any", "name of a field",
     "counts the other field's values by whether this one is filled, in the day's coverage report; "
     "notes known:FIELD:VALUE or unknown:FIELD:VALUE"},
    {"catalogue", op_catalogue_load, op_catalogue, "items.FIELD", "field of the article",
     "fills an empty field of a line from the source's article of the same product_ref or sku"},
    {"allocate", op_allocate_load, op_allocate, "items", "a number of the article: price_e4",
     "puts the parts of a bundle in its line's place: quantities multiplied, the line's price "
     "shared "
     "out to the cent by that number of the parts, by pieces where one lacks it; refuses with "
     "bundle "
     "what cannot be taken apart; notes bundle:SKU"},
    {"sum", op_sum_load, op_sum, "a number", "items.FIELD",
     "the sum over the lines of quantity times that field, when every line says it"},
    {"at_least", op_sum_load, op_at_least, "a number", "items.FIELD",
     "raises the field to the sum of what lines do say; notes raised:FIELD"},
    {"locker", op_locker_load, op_locker, "ship_to", "",
     "puts Packstation or Postfiliale, its number and the post number where they belong; refuses a "
     "bad "
     "one with packstation"},
    {"split", op_split_load, op_split, "house number", "street",
     "takes the house number out of the street when it is sure; else notes address-unsplit"},
    {"cut", op_cut_load, op_cut, "a text", "number of characters",
     "cuts a longer text; notes cut:FIELD"},
    {"convert", op_convert_load, op_convert, "currency", "name of a table that gives rate and into",
     "all amounts times the rate, to whole cents; no row: nothing; notes converted:OLD"},
    {"unique", op_unique_load, op_unique, "sku or ean of an article", "",
     "refuses an article whose number another one has, with sku-taken or ean-taken"},
    {"need", op_need_load, op_need, "any", "nothing, or the values that are allowed",
     "refuses the record with need-FIELD when the field is empty, or none of these"},
    {"warn", op_need_load, op_warn, "any", "nothing, or the values that are allowed",
     "like need, but only notes missing:FIELD"},
    {"skip", op_code_load, op_skip, "nothing, or items", "reason code",
     "leaves the record out; with items: the line, and the record when no line is left"},
    {"refuse", op_code_load, op_refuse, "nothing, or items", "reason code",
     "refuses the record: somebody must mend it"},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

/* ---- the manual ---- */

void mapping_ops_put(struct buf *out)
{
    for (const struct op *op = ops; op->name; op++)
        buf_format(out, "| `%s` | %s | %s | %s |\n", op->name, op->field_help, op->value_help,
                   op->help);
}

static const char *type_word(enum field_type type)
{
    switch (type) {
    case FIELD_TEXT:
        return "text";
    case FIELD_TEXTS:
        return "texts";
    case FIELD_INT:
        return "count";
    case FIELD_BOOL:
        return "yes, no";
    case FIELD_MONEY:
        return "money: 12.50";
    case FIELD_WEIGHT:
        return "weight: 3 kg, 500 g";
    case FIELD_TIME:
        return "time";
    case FIELD_LIST:
        break;
    }
    return "lines";
}

/* `list`: whose elements have the fields; NULL: the record. */
static void shape_put(const struct shape *shape, const char *list, struct buf *out)
{
    for (size_t i = 0; i < shape->fields_len; i++) {
        const struct field *field = &shape->fields[i];

        buf_format(out, "| `%s%s%s` | %s | %s |\n", list ? list : "", list ? "." : "", field->name,
                   type_word(field->type), field->help);
        if (field->element)
            shape_put(field->element, field->name, out);
    }
}

void mapping_fields_put(enum kind kind, struct buf *out)
{
    shape_put(shape_of(kind), NULL, out);
}
