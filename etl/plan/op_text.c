#include "plan/mapping_intern.h"

#include "core/decimal.h"
#include "core/text.h"
#include "plan/address.h"
#include "wire/unicode.h"

/* ---- addresses ---- */

bool op_split_load(struct loader *loader, const char *field, const char *value, struct rule *rule)
{
    if (!rule_field_load(loader, field, TYPE_TEXT, rule) ||
        !operand_load_here(loader, value, &rule->other))
        return false;
    return (rule->other.field && rule->other.field->type == FIELD_TEXT) ||
           loader_fail(loader, "'%.60s' is no text that a house number could stand in", value);
}

enum did op_split(struct work *work, const struct rule *rule, const struct subject *subject)
{
    const char **whole = field_text(rule->other.field, operand_base(&rule->other, subject));
    const char *street, *number;
    bool number_first;

    if (rule_field_filled(rule, subject) || text_is_empty(*whole))
        return DID_NOTHING;
    if (!address_split(*whole, work->scratch, &street, &number, &number_first)) {
        work_note(work, "address-unsplit", NULL);
        return DID_CHANGE;
    }
    *whole = street;
    return rule_put_text(rule, subject, number);
}

bool op_locker_load(struct loader *loader, const char *field, const char *value, struct rule *rule)
{
    loader->column = "field";
    if (loader->kind != KIND_ORDERS || !text_same(field, "ship_to"))
        return loader_fail(loader, "'locker' works on ship_to, the address of an order");
    loader->column = "value";
    return rule_no_value(loader, rule, value);
}

enum did op_locker(struct work *work, const struct rule *rule, const struct subject *subject)
{
    const char *why = NULL;

    (void)rule;
    switch (address_locker(&ORDER(subject->record)->ship_to, work->scratch, &why)) {
    case LOCKER_GOOD:
        return DID_CHANGE;
    case LOCKER_BAD:
        return work_decide(work, OUTCOME_REFUSE, "packstation", why);
    case LOCKER_NONE:
        break;
    }
    return DID_NOTHING;
}

/* ---- clean, cut ---- */

/* "ship_to.*" and "items.*": the texts whose names begin so. */
static bool group_load(struct loader *loader, const char *name, struct rule *rule)
{
    size_t prefix = strlen(name) - 1;
    const struct field *list =
        field_find(loader->shape, arena_slice(loader->arena, name, prefix - 1));
    const struct shape *shape = list && list->element ? list->element : loader->shape;
    size_t *fields = arena_array(loader->arena, shape->fields_len, sizeof *fields);

    loader->column = "field";
    for (size_t i = 0; i < shape->fields_len; i++)
        if (shape->fields[i].type == FIELD_TEXT &&
            (shape != loader->shape || strncmp(shape->fields[i].name, name, prefix) == 0))
            fields[rule->group_len++] = i;
    if (!rule->group_len)
        return loader_unknown(loader, "group of texts", name,
                              (const char *const[]){"ship_to.*", "items.*", NULL});
    rule->field.list = shape != loader->shape ? list : NULL;
    loader->list = rule->field.list;
    rule->group = shape;
    rule->group_fields = fields;
    return true;
}

static bool single_load(struct loader *loader, const char *name, struct rule *rule)
{
    size_t *fields = arena_array(loader->arena, 1, sizeof *fields);

    if (!rule_field_load(loader, name, TYPE_TEXT, rule))
        return false;
    rule->group = rule->field.list ? rule->field.list->element : loader->shape;
    fields[0] = (size_t)(rule->field.field - rule->group->fields);
    rule->group_fields = fields;
    rule->group_len = 1;
    return true;
}

bool op_clean_load(struct loader *loader, const char *field, const char *value, struct rule *rule)
{
    size_t len = strlen(field);
    bool group = len > 2 && text_same(field + len - 2, ".*");

    if (group ? !group_load(loader, field, rule) : !single_load(loader, field, rule))
        return false;
    loader->column = "value";
    return rule_no_value(loader, rule, value);
}

enum did op_clean(struct work *work, const struct rule *rule, const struct subject *subject)
{
    void *base = operand_base(&rule->field, subject);
    const struct field *list = rule->field.list;
    enum did did = DID_NOTHING;

    for (size_t i = 0; i < rule->group_len; i++) {
        const struct field *field = &rule->group->fields[rule->group_fields[i]];
        const char **at = field_text(field, base);
        const char *clean = *at ? unicode_clean(work->scratch, *at) : NULL;

        if (clean == *at || text_same(clean, *at))
            continue;
        *at = *clean ? clean : NULL;
        work_note(work, "cleaned",
                  list ? arena_format(work->scratch, "%s.%s", list->name, field->name)
                       : field->name);
        did = DID_CHANGE;
    }
    return did;
}

bool op_cut_load(struct loader *loader, const char *field, const char *value, struct rule *rule)
{
    struct err inner;

    if (!rule_field_load(loader, field, TYPE_TEXT, rule))
        return false;
    if (!integer_parse(value, &rule->number, &inner) || rule->number < 1 || rule->number > 10000)
        return loader_fail(loader,
                           "'%.60s' is no length; give a number of characters from 1 to "
                           "10000",
                           value);
    return true;
}

enum did op_cut(struct work *work, const struct rule *rule, const struct subject *subject)
{
    const char *text = *field_text(rule->field.field, operand_base(&rule->field, subject));
    size_t keep;

    if (!text || strlen(text) <= (size_t)rule->number)
        return DID_NOTHING;
    keep = utf8_prefix(text, (size_t)rule->number);
    if (!text[keep])
        return DID_NOTHING;
    work_note(work, "cut", rule->field_name);
    return rule_put_text(rule, subject,
                         text_trim(work->scratch, arena_slice(work->scratch, text, keep)));
}
