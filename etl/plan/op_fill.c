#include "plan/mapping_intern.h"

#include "core/text.h"
#include "wire/url.h"

/* ---- set, default ---- */

/* A number is written down, cleared, or copied from a field of its type. */
static bool number_value_load(struct loader *loader, const char *value, struct rule *rule)
{
    const struct piece *piece;

    rule->number = UNSAID;
    if (!rule->phrase.pieces)
        return !rule->phrase.fixed ||
               number_load(loader, rule->field.field, rule->phrase.fixed, &rule->number);
    piece = rule->phrase.pieces;
    if (rule->phrase.len != 1 || piece->operand.field->type != rule->field.field->type)
        return loader_fail(loader, "'%.60s' does not make a value for '%s'", value,
                           rule->field_name);
    rule->other = piece->operand;
    return true;
}

bool op_set_load(struct loader *loader, const char *field, const char *value, struct rule *rule)
{
    if (!rule_field_load(loader, field, TYPE_TEXT | TYPE_NUMBERS, rule) ||
        !phrase_load(loader, value, &rule->phrase))
        return false;
    rule_from_load(loader, rule);
    return rule->field.field->type == FIELD_TEXT || number_value_load(loader, value, rule);
}

enum did op_set(struct work *work, const struct rule *rule, const struct subject *subject)
{
    const struct operand *other = &rule->other;

    if (rule->field.field->type == FIELD_TEXT)
        return rule_put_text(rule, subject, phrase_text(&rule->phrase, subject, work->scratch));
    return rule_put_number(rule, subject,
                           other->field ? *field_number(other->field, operand_base(other, subject))
                                        : rule->number);
}

enum did op_default(struct work *work, const struct rule *rule, const struct subject *subject)
{
    enum did did = rule_field_filled(rule, subject) ? DID_NOTHING : op_set(work, rule, subject);

    if (did == DID_CHANGE) {
        work_note(work, "default", rule->field_name);
        work_say_from(work, rule, "default");
    }
    return did;
}

/* ---- lookup ---- */

static bool output_numbers_load(struct loader *loader, struct rule *rule)
{
    const struct lookup *table = rule->lookup.table;
    int64_t *numbers = arena_array(loader->arena, lookup_rows(table) + 1, sizeof *numbers);

    for (size_t row = 0; row < lookup_rows(table); row++) {
        const char *cell = lookup_cell(table, row, rule->column);
        struct place place = lookup_entered(loader, table, row, rule->column);

        numbers[row] = UNSAID;
        if (*cell && !number_load(loader, rule->field.field, cell, &numbers[row]))
            return false;
        lookup_left(loader, place);
    }
    rule->numbers = numbers;
    return true;
}

/* Most tables hold plain texts, which are used as they lie. */
static bool output_phrases_load(struct loader *loader, struct rule *rule)
{
    const struct lookup *table = rule->lookup.table;
    size_t rows = lookup_rows(table), row = 0;
    struct phrase *phrases;

    while (row < rows && !strpbrk(lookup_cell(table, row, rule->column), "{}"))
        row++;
    if (row == rows)
        return true;
    phrases = arena_array(loader->arena, rows, sizeof *phrases);
    for (row = 0; row < rows; row++) {
        struct place place = lookup_entered(loader, table, row, rule->column);

        if (!phrase_load(loader, lookup_cell(table, row, rule->column), &phrases[row]))
            return false;
        lookup_left(loader, place);
    }
    rule->phrases = phrases;
    return true;
}

bool op_lookup_load(struct loader *loader, const char *field, const char *value, struct rule *rule)
{
    if (!rule_field_load(loader, field, TYPE_TEXT | TYPE_COUNTS | 1U << FIELD_BOOL, rule) ||
        !lookup_load(loader, value, &rule->field, &rule->lookup) ||
        !lookup_output(loader, rule->lookup.table, field, "result", &rule->column))
        return false;
    return rule->field.field->type == FIELD_TEXT ? output_phrases_load(loader, rule)
                                                 : output_numbers_load(loader, rule);
}

enum did op_lookup(struct work *work, const struct rule *rule, const struct subject *subject)
{
    const char *text;
    size_t row;

    if (!lookup_find(&rule->lookup, subject, work->scratch, &row))
        return DID_NOTHING;
    if (rule->numbers)
        return said(rule->numbers[row]) ? rule_put_number(rule, subject, rule->numbers[row])
                                        : DID_NOTHING;
    text = rule->phrases ? phrase_text(&rule->phrases[row], subject, work->scratch)
                         : lookup_cell(rule->lookup.table, row, rule->column);
    return text && *text ? rule_put_text(rule, subject, text) : DID_NOTHING;
}

/* ---- cover ---- */

bool op_cover_load(struct loader *loader, const char *field, const char *value, struct rule *rule)
{
    if (!rule_field_load(loader, field, TYPE_ALL, rule) ||
        !operand_load_here(loader, value, &rule->other))
        return false;
    if (!rule->other.field || rule->other.field->flags & FIELD_PRIVATE)
        return loader_fail(loader, "'%s' is not for reports: personal, or no field", value);
    rule->code = field;
    return true;
}

/* The report takes it apart again: blanks part notes, and colons the parts of one. */
enum did op_cover(struct work *work, const struct rule *rule, const struct subject *subject)
{
    const char *name = operand_text(&rule->other, subject, work->scratch);
    AUTO(buf_done) struct buf about = {0};

    if (text_is_empty(name))
        return DID_NOTHING;
    buf_text(&about, rule->code);
    buf_char(&about, ':');
    url_put(&about, name);
    work_note(work, rule_field_filled(rule, subject) ? NOTE_KNOWN : NOTE_UNKNOWN,
              arena_text(work->scratch, buf_str(&about)));
    return DID_CHANGE;
}

/* ---- catalogue ---- */

static bool unknown_article_field(struct loader *loader, const char *name)
{
    const struct shape *article = shape_of(KIND_ARTICLES);
    const char **names = arena_array(loader->arena, article->fields_len + 1, sizeof *names);

    for (size_t i = 0; i < article->fields_len; i++)
        names[i] = article->fields[i].name;
    return loader_unknown(loader, "field of an article", name, names);
}

bool op_catalogue_load(struct loader *loader, const char *field, const char *value,
                       struct rule *rule)
{
    if (!rule_field_load(loader, field, TYPE_TEXT | TYPE_COUNTS, rule))
        return false;
    loader->column = "field";
    if (!operand_is_of_line(&rule->field))
        return loader_fail(loader, "'catalogue' fills fields of lines, such as items.hs_code");
    loader->column = "value";
    rule->article = field_find(shape_of(KIND_ARTICLES), value);
    if (!rule->article)
        return unknown_article_field(loader, value);
    return rule->article->type == rule->field.field->type ||
           loader_fail(loader, "the article's '%s' is no value for '%s'", value, field);
}

/* The line's article, asked for once; NULL when the catalogue does not know it. False: err is set.
 */
static bool article_of(struct work *work, const struct rule *rule, const struct subject *subject,
                       const struct article **out)
{
    struct lines lines = lines_of(rule->field.list, work->record);
    const struct item *item = subject->line;
    struct asked *asked;

    if (!work->articles)
        work->articles = arena_array(work->scratch, lines.len, sizeof *work->articles);
    asked = &work->articles[(size_t)((char *)subject->line - lines.first) / lines.size];
    if (!asked->done) {
        if (!work->catalogue->find(work->catalogue->context, item, work->scratch, &asked->article,
                                   work->err))
            return false;
        asked->done = true;
    }
    *out = asked->article;
    return true;
}

enum did op_catalogue(struct work *work, const struct rule *rule, const struct subject *subject)
{
    const struct article *article;
    const char *from;

    if (!work->catalogue || rule_field_filled(rule, subject))
        return DID_NOTHING;
    if (!article_of(work, rule, subject, &article))
        return DID_FAIL;
    if (!article || field_is_empty(rule->article, article))
        return DID_NOTHING;
    from = (const char *)article + rule->article->offset;
    if (rule->article->type == FIELD_TEXT)
        return rule_put_text(rule, subject, *(const char *const *)(const void *)from);
    work->weighed_by_catalogue |= rule->article->type == FIELD_WEIGHT;
    return rule_put_number(rule, subject, *(const int64_t *)(const void *)from);
}
