#include "plan/mapping_intern.h"

#include "core/file.h"
#include "core/text.h"

#include <stdarg.h>

#define MAPPING_FILE_MAX ((size_t)16 << 20)

struct mapping {
    const struct rule *rules; /* without those that the route's options rule out */
    size_t rules_len;
    size_t rows;
    char hash[DIGEST_HEX_SIZE];
};

/* ---- loading ---- */

bool loader_fail(struct loader *loader, const char *format, ...)
{
    char text[sizeof loader->err->text];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_set(loader->err, ERR_SETUP, "%.240s:%u: column %.60s: %.280s", loader->path,
                   loader->line, loader->column, text);
}

bool loader_unknown(struct loader *loader, const char *what, const char *word,
                    const char *const *words)
{
    const char *nearest = text_nearest(word, words);

    if (nearest)
        return loader_fail(loader, "'%.60s' is no %s; did you mean '%s'?", word, what, nearest);
    return loader_fail(loader, "'%.60s' is no %s; mappings/README.md lists them", word, what);
}

bool loader_read(struct loader *loader, const char *path, struct csv_table *out, bool *missing)
{
    AUTO(buf_done) struct buf text = {.max = MAPPING_FILE_MAX};

    if (!file_read(path, &text, missing, loader->err))
        return false;
    if (*missing)
        return true;
    hash_add(&loader->hash, buf_str(&text), text.len);
    return csv_read(arena_text(loader->arena, path), buf_str(&text), text.len, loader->arena, out,
                    loader->err);
}

const char *row_cell(const struct csv_row *row, size_t index)
{
    return index < row->cells_len ? row->cells[index] : "";
}

/* The file's columns, in whatever order they come. */
enum column { COLUMN_FIELD, COLUMN_OP, COLUMN_VALUE, COLUMN_WHEN, COLUMN_NOTE, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT + 1] = {"field", "op", "value", "when", "note"};

static bool columns_load(struct loader *loader, const struct csv_row *header,
                         size_t at[static COLUMN_COUNT])
{
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        at[i] = SIZE_MAX;
    loader->line = header->line;
    for (size_t i = 0; i < header->cells_len; i++) {
        size_t column = 0;

        loader->column = header->cells[i];
        while (column < COLUMN_COUNT && !text_same(column_names[column], header->cells[i]))
            column++;
        if (column == COLUMN_COUNT)
            return loader_unknown(loader, "column (field, op, value, when, note)", header->cells[i],
                                  column_names);
        if (at[column] != SIZE_MAX)
            return loader_fail(loader, "this column stands twice");
        at[column] = i;
    }
    for (size_t i = COLUMN_FIELD; i <= COLUMN_VALUE; i++) {
        loader->column = column_names[i];
        if (at[i] == SIZE_MAX)
            return loader_fail(loader, "missing; the first line must be field,op,value,when,note");
    }
    return true;
}

static const struct op *op_find(struct loader *loader, const char *name)
{
    const char *names[32];
    size_t len = 0;

    for (const struct op *op = ops; op->name; op++) {
        if (text_same(op->name, name))
            return op;
        names[len++] = op->name;
    }
    names[len] = NULL;
    loader->column = "op";
    (void)loader_unknown(loader, "op", name, names);
    return NULL;
}

static bool rule_load(struct loader *loader, const struct csv_row *row,
                      const size_t at[static COLUMN_COUNT], struct rule *rule)
{
    const char *note = row_cell(row, at[COLUMN_NOTE]);

    loader->line = row->line;
    loader->list = NULL;
    *rule = (struct rule){.op = op_find(loader, row_cell(row, at[COLUMN_OP])),
                          .line = row->line,
                          .field_name = row_cell(row, at[COLUMN_FIELD]),
                          .note = *note ? note : NULL};
    if (!rule->op ||
        !rule->op->load(loader, rule->field_name, row_cell(row, at[COLUMN_VALUE]), rule))
        return false;
    loader->column = "when";
    return when_load(loader, row_cell(row, at[COLUMN_WHEN]), &rule->when);
}

static bool rules_load(struct loader *loader, const struct csv_table *table,
                       struct mapping *mapping)
{
    size_t at[COLUMN_COUNT];
    struct rule *rules = arena_array(loader->arena, table->rows_len + 1, sizeof *rules);

    loader->path = table->path;
    if (!columns_load(loader, &table->header, at))
        return false;
    for (size_t i = 0; i < table->rows_len; i++) {
        struct rule *rule = &rules[mapping->rules_len];

        if (!rule_load(loader, &table->rows[i], at, rule))
            return false;
        mapping->rules_len += !rule->when.never;
    }
    mapping->rules = rules;
    mapping->rows = table->rows_len;
    return true;
}

bool mapping_load(const struct mapping_place *place, struct arena *arena, struct mapping **out,
                  struct err *err)
{
    static const struct option no_options[] = {{0}};
    struct loader loader = {.shape = shape_of(place->kind),
                            .kind = place->kind,
                            .route = place->route,
                            .options = place->route ? place->route->options : no_options,
                            .lookup_dir = place->lookup_dir,
                            .arena = arena,
                            .err = err};
    struct mapping *mapping = arena_alloc(arena, sizeof *mapping);
    const char *file = arena_format(arena, "%s.csv", kind_name(place->kind));
    struct csv_table table;
    char path[PATH_SIZE];
    bool missing;

    hash_begin(&loader.hash);
    if (!path_join(path, err, place->dir, file, NULL) ||
        !loader_read(&loader, path, &table, &missing))
        return false;
    if (missing && !place->optional)
        return err_set(err, ERR_SETUP,
                       "%s: there is no such mapping file; copy the shipped folder, or name "
                       "another with `mapping = ` in the route's section",
                       path);
    if (!missing && !rules_load(&loader, &table, mapping))
        return false;
    hash_end(&loader.hash, mapping->hash);
    *out = mapping;
    return true;
}

const char *mapping_hash(const struct mapping *mapping)
{
    return mapping->hash;
}

size_t mapping_rules(const struct mapping *mapping)
{
    return mapping->rows;
}

/* ---- applying ---- */

/* A total that counted the line counts it no more; a discount stays what the buyer was given. */
static void total_reduce(struct order *order, const struct item *item)
{
    int64_t total_e4 = item_total_e4(item);

    if (said(order->total_e4) && total_e4 > 0 && total_e4 <= order->total_e4)
        order->total_e4 -= total_e4;
}

static void line_drop(struct work *work, const struct field *list, size_t index)
{
    struct lines lines = lines_of(list, work->record);
    char *line = lines.first + index * lines.size;

    if (work->record->kind == KIND_ORDERS)
        total_reduce(ORDER(work->record), (const struct item *)(const void *)line);
    memmove(line, line + lines.size, (lines.len - index - 1) * lines.size);
    lines.len--;
    memcpy((char *)work->record + list->len_offset, &lines.len, sizeof lines.len);
    work->articles = NULL; /* counted by line */
}

static enum did rule_apply_once(struct work *work, const struct rule *rule,
                                const struct subject *subject)
{
    return when_holds(&rule->when, subject, work->scratch) ? rule->op->apply(work, rule, subject)
                                                           : DID_NOTHING;
}

static enum did rule_apply_lines(struct work *work, const struct rule *rule)
{
    const struct field *list = rule->field.list;
    struct lines lines = lines_of(list, work->record);
    enum did all = DID_NOTHING;

    for (size_t i = 0; i < lines.len;) {
        struct subject subject = {work->record, lines.first + i * lines.size};
        enum did did = rule_apply_once(work, rule, &subject);

        if (did == DID_FAIL)
            return did;
        if (did != DID_NOTHING)
            all = DID_CHANGE;
        if (did != DID_DROP) {
            i++;
            continue;
        }
        line_drop(work, list, i);
        lines.len--;
    }
    if (all == DID_CHANGE && lines.len == 0 && work->out->outcome == OUTCOME_SEND) {
        work->out->outcome = OUTCOME_SKIP;
        work->out->code = rule->code;
        work->out->text = rule->note;
        return DID_END;
    }
    return all;
}

static enum did rule_apply(struct work *work, const struct rule *rule)
{
    if (rule->field.list)
        return rule_apply_lines(work, rule);
    return rule_apply_once(work, rule, &(struct subject){work->record, NULL});
}

/* These two texts are made for every record: without printf. */
static char *append(char *at, const char *text)
{
    size_t len = strlen(text);

    memcpy(at, text, len + 1);
    return at + len;
}

static char *append_number(char *at, unsigned number)
{
    if (number >= 10)
        at = append_number(at, number / 10);
    return append(at, (const char[]){(char)('0' + number % 10), '\0'});
}

/* "4 9 17" */
static const char *lines_text(const unsigned *lines, size_t len, struct arena *scratch)
{
    const size_t number_max = 11; /* with its blank */
    char *out, *at;

    if (!len)
        return "";
    at = out = arena_bytes(scratch, len * number_max + 1);
    for (size_t i = 0; i < len; i++)
        at = append_number(i ? append(at, " ") : at, lines[i]);
    return out;
}

/* "default:weight_g cut:ship_to.name" */
static const char *notes_text(const struct note *notes, struct arena *scratch)
{
    size_t size = 1;
    char *out, *at;

    if (!notes)
        return "";
    for (const struct note *note = notes; note; note = note->next)
        size += strlen(note->what) + (note->about ? strlen(note->about) : 0) + 2;
    at = out = arena_bytes(scratch, size);
    for (const struct note *note = notes; note; note = note->next) {
        at = append(note == notes ? at : append(at, " "), note->what);
        if (note->about)
            at = append(append(at, ":"), note->about);
    }
    return out;
}

bool mapping_apply(const struct mapping *mapping, const struct catalogue *catalogue,
                   struct record *record, struct arena *scratch, struct mapped *out,
                   struct err *err)
{
    struct mapped mapped = {.outcome = OUTCOME_SEND, .rules = "", .notes = ""};
    struct work work = {
        .catalogue = catalogue, .record = record, .scratch = scratch, .out = &mapped, .err = err};
    unsigned *touched = arena_array(scratch, mapping->rules_len + 1, sizeof *touched);
    size_t touched_len = 0;
    enum did did = DID_NOTHING;

    work.notes_end = &work.notes;
    for (size_t i = 0; i < mapping->rules_len && did != DID_END; i++) {
        did = rule_apply(&work, &mapping->rules[i]);
        if (did == DID_FAIL)
            return false;
        if (did != DID_NOTHING)
            touched[touched_len++] = mapping->rules[i].line;
    }
    mapped.rules = lines_text(touched, touched_len, scratch);
    mapped.notes = notes_text(work.notes, scratch);
    *out = mapped;
    return true;
}
