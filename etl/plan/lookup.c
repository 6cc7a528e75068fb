/* Tables are read once per mapping and found again by name. The first column that asks for equality
 * is hashed, word by word; rows that leave it empty fit every key and are merged in by their place,
 * so that the first row that fits wins although only rows with the right key, and those without
 * one, are ever looked at. */
#include "plan/mapping_intern.h"

#include "core/file.h"
#include "core/text.h"
#include "wire/unicode.h"

#include <strings.h>

#define NONE UINT32_MAX
#define POSTCODE_MAX 32

enum match { MATCH_SAME, MATCH_STARTS, MATCH_HAS };

struct input {
    const char *field; /* "value" is the rule's own */
    enum match match;
    bool postcode;
    size_t column;
};

/* A row in the index, in the chain of its bucket; rows of a chain ascend. */
struct slot {
    uint32_t row, next;
};

struct lookup {
    const char *name;
    struct lookup *next;
    struct csv_table csv;
    struct input inputs[LOOKUP_INPUTS_MAX];
    size_t inputs_len;
    const char **cells; /* of the inputs, made comparable: rows_len * inputs_len */
    size_t key;         /* the hashed input; inputs_len: there is none */
    struct slot *slots;
    uint32_t *buckets; /* first slot of each */
    size_t mask;
    uint32_t any; /* first slot of the rows without a key */
};

/* ---- comparing ---- */

/* The next word of an "a|b" cell; *at is moved on, to NULL at the end. */
static const char *next_word(const char **at, size_t *len)
{
    const char *word = *at, *end = strchr(word, '|');

    *len = end ? (size_t)(end - word) : strlen(word);
    *at = end ? end + 1 : NULL;
    return word;
}

static bool contains(const char *text, const char *word, size_t len)
{
    for (; *text; text++)
        if (strncmp(text, word, len) == 0)
            return true;
    return false;
}

static bool cell_fits(enum match match, const char *cell, const char *value)
{
    size_t len;

    for (const char *at = cell; value && at;) {
        const char *word = next_word(&at, &len);

        if (match == MATCH_HAS
                ? contains(value, word, len)
                : strncasecmp(value, word, len) == 0 && (match == MATCH_STARTS || !value[len]))
            return true;
    }
    return false;
}

/* A postcode without blanks and without its country in front: "D-78 266" is "78266". */
static const char *postcode_plain(const char *text, struct arena *arena)
{
    size_t letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    char plain[POSTCODE_MAX];
    size_t len = 0;

    if (letters && letters <= 3 && text[letters] == '-')
        text += letters + 1;
    else if (!strchr(text, ' '))
        return text;
    for (; *text && len < sizeof plain - 1; text++)
        if (*text != ' ')
            plain[len++] = *text;
    return arena_slice(arena, plain, len);
}

static const char *comparable(const struct input *input, const char *text, struct arena *arena)
{
    if (input->postcode)
        text = postcode_plain(text, arena);
    return input->match == MATCH_HAS ? unicode_fold(arena, text) : text;
}

/* ---- finding ---- */

/* One question to a table; a value is made when a row first asks for it. */
struct question {
    const struct lookup_use *use;
    const struct subject *subject;
    struct arena *scratch;
    const char *values[LOOKUP_INPUTS_MAX];
    bool known[LOOKUP_INPUTS_MAX];
};

static const char *question_value(struct question *question, size_t i)
{
    const struct input *input = &question->use->table->inputs[i];
    if (!question->known[i]) {
        const char *text =
            operand_text(&question->use->inputs[i], question->subject, question->scratch);

        question->values[i] =
            text_is_empty(text) ? NULL : comparable(input, text, question->scratch);
        question->known[i] = true;
    }
    return question->values[i];
}

static bool row_fits(struct question *question, size_t row)
{
    const struct lookup *table = question->use->table;
    const char **cells = &table->cells[row * table->inputs_len];

    for (size_t i = 0; i < table->inputs_len; i++)
        if (*cells[i] && !cell_fits(table->inputs[i].match, cells[i], question_value(question, i)))
            return false;
    return true;
}

/* FNV-1a without ASCII case. */
static uint64_t word_hash(const char *word, size_t len)
{
    uint64_t hash = 14695981039346656037U;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)word[i];

        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c + 32U : c)) * 1099511628211U;
    }
    return hash ^ hash >> 32;
}

bool lookup_find(const struct lookup_use *use, const struct subject *subject, struct arena *scratch,
                 size_t *row)
{
    const struct lookup *table = use->table;
    struct question question = {.use = use, .subject = subject, .scratch = scratch};
    const char *key = table->key < table->inputs_len ? question_value(&question, table->key) : NULL;
    uint32_t keyed = key ? table->buckets[word_hash(key, strlen(key)) & table->mask] : NONE;
    uint32_t any = table->any;

    while (keyed != NONE || any != NONE) {
        uint32_t *first =
            any == NONE || (keyed != NONE && table->slots[keyed].row < table->slots[any].row)
                ? &keyed
                : &any;

        if (row_fits(&question, table->slots[*first].row)) {
            *row = table->slots[*first].row;
            return true;
        }
        *first = table->slots[*first].next;
    }
    return false;
}

/* ---- loading ---- */

/* "a | b" as "a|b", made comparable. */
static const char *cell_load(struct loader *loader, const struct input *input, const char *cell)
{
    const char *const *words;
    const char *joined = NULL;

    if (!strchr(cell, '|'))
        return *cell ? comparable(input, cell, loader->arena) : "";
    for (words = text_split(loader->arena, cell, '|', NULL); *words; words++) {
        const char *word = comparable(input, *words, loader->arena);

        if (!*word)
            continue;
        joined = joined ? arena_format(loader->arena, "%s|%s", joined, word) : word;
    }
    return joined ? joined : "";
}

static void slot_add(struct lookup *table, uint32_t *head, uint32_t *len, size_t row)
{
    table->slots[*len] = (struct slot){.row = (uint32_t)row, .next = *head};
    *head = (*len)++;
}

static size_t words_in(const char *cell)
{
    size_t words = 1;

    for (; *cell; cell++)
        words += *cell == '|';
    return words;
}

/* From the last row to the first, each in front of its chain, so that chains ascend. */
static void index_build(struct loader *loader, struct lookup *table)
{
    size_t slots = 0, buckets = 1;
    uint32_t len = 0;

    for (size_t row = 0; row < table->csv.rows_len; row++)
        slots += table->key < table->inputs_len
                     ? words_in(table->cells[row * table->inputs_len + table->key])
                     : 1;
    while (buckets < slots)
        buckets *= 2;
    table->mask = buckets - 1;
    table->slots = arena_array(loader->arena, slots + 1, sizeof *table->slots);
    table->buckets = arena_array(loader->arena, buckets, sizeof *table->buckets);
    memset(table->buckets, 0xFF, buckets * sizeof *table->buckets);
    table->any = NONE;
    for (size_t row = table->csv.rows_len; row-- > 0;) {
        const char *cell = table->key < table->inputs_len
                               ? table->cells[row * table->inputs_len + table->key]
                               : "";
        size_t word_len;

        if (!*cell)
            slot_add(table, &table->any, &len, row);
        for (const char *at = *cell ? cell : NULL; at;) {
            const char *word = next_word(&at, &word_len);

            slot_add(table, &table->buckets[word_hash(word, word_len) & table->mask], &len, row);
        }
    }
}

/* What the column gives; NULL when it asks. (Not "=zone": a spreadsheet would calculate that.) */
static const char *output_name(const char *heading)
{
    static const char gives[] = "gives ";
    size_t len = strlen(gives);

    return strncmp(heading, gives, len) == 0 ? heading + len + strspn(heading + len, " ") : NULL;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && text_same(text + len - end_len, end);
}

/* A heading: "gives OUTPUT", "note", or an input: "FIELD", "FIELD starts", "FIELD has". */
static bool heading_load(struct loader *loader, struct lookup *table, size_t column)
{
    const char *heading = table->csv.header.cells[column];
    struct input input = {.match = MATCH_SAME, .column = column};
    size_t len = strlen(heading);

    loader->column = heading;
    if (output_name(heading) || text_same(heading, "note"))
        return true;
    if (table->inputs_len == LOOKUP_INPUTS_MAX)
        return loader_fail(loader, "more than %d columns that ask", LOOKUP_INPUTS_MAX);
    if (ends_with(heading, " starts")) {
        input.match = MATCH_STARTS;
        len -= strlen(" starts");
    } else if (ends_with(heading, " has")) {
        input.match = MATCH_HAS;
        len -= strlen(" has");
    }
    input.field = text_trim(loader->arena, arena_slice(loader->arena, heading, len));
    if (!*input.field)
        return loader_fail(loader, "a column of a table needs a heading");
    input.postcode = ends_with(input.field, "postcode");
    if (input.match == MATCH_SAME && table->key == LOOKUP_INPUTS_MAX)
        table->key = table->inputs_len;
    table->inputs[table->inputs_len++] = input;
    return true;
}

static bool headings_load(struct loader *loader, struct lookup *table)
{
    loader->line = table->csv.header.line;
    table->key = LOOKUP_INPUTS_MAX;
    for (size_t i = 0; i < table->csv.header.cells_len; i++)
        if (!heading_load(loader, table, i))
            return false;
    return table->inputs_len > 0 ||
           loader_fail(loader, "no column asks anything; a table needs one without `gives`");
}

static bool table_read(struct loader *loader, const char *name, struct lookup **out)
{
    struct lookup *table = arena_alloc(loader->arena, sizeof *table);
    struct place place = {loader->path, loader->column, loader->line};
    char path[PATH_SIZE];
    bool missing;

    table->name = name;
    if (!path_join(path, loader->err, loader->lookup_dir,
                   arena_format(loader->arena, "%s.csv", name), NULL) ||
        !loader_read(loader, path, &table->csv, &missing))
        return false;
    if (missing)
        return loader_fail(loader, "'%s' is no table; there is no file %s", name, path);
    loader->path = table->csv.path;
    if (!headings_load(loader, table))
        return false;
    table->cells = arena_array(loader->arena, table->csv.rows_len * table->inputs_len + 1,
                               sizeof *table->cells);
    for (size_t row = 0; row < table->csv.rows_len; row++)
        for (size_t i = 0; i < table->inputs_len; i++)
            table->cells[row * table->inputs_len + i] =
                cell_load(loader, &table->inputs[i],
                          row_cell(&table->csv.rows[row], table->inputs[i].column));
    index_build(loader, table);
    lookup_left(loader, place);
    table->next = loader->tables;
    *out = loader->tables = table;
    return true;
}

/* What the table's columns ask, in terms of the rule's record. */
static bool inputs_bind(struct loader *loader, const struct lookup *table,
                        const struct operand *own, struct lookup_use *use)
{
    for (size_t i = 0; i < table->inputs_len; i++) {
        const struct input *input = &table->inputs[i];
        struct operand *operand = &use->inputs[i];

        loader->column = table->csv.header.cells[input->column];
        if (text_same(input->field, "value"))
            *operand = *own;
        else if (!operand_load_here(loader, input->field, operand))
            return false;
        if (operand->field && operand->field->type != FIELD_TEXT &&
            operand->field->type != FIELD_INT && operand->field->type != FIELD_BOOL)
            return loader_fail(loader, "a table cannot ask for %s: neither a text nor a count",
                               operand->field->name);
    }
    return true;
}

bool lookup_load(struct loader *loader, const char *name, const struct operand *own,
                 struct lookup_use *out)
{
    struct lookup *table = loader->tables;
    struct place place = {loader->path, loader->column, loader->line};

    if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_")])
        return loader_fail(loader, "'%.60s' is no name of a table: small letters, digits, - and _",
                           name);
    while (table && !text_same(table->name, name))
        table = table->next;
    if (!table && !table_read(loader, name, &table))
        return false;
    out->table = table;
    loader->path = table->csv.path;
    loader->line = table->csv.header.line;
    if (!inputs_bind(loader, table, own, out))
        return false;
    lookup_left(loader, place);
    return true;
}

bool lookup_output(struct loader *loader, const struct lookup *table, const char *name,
                   const char *other, size_t *out)
{
    const struct csv_row *header = &table->csv.header;

    for (size_t i = 0; i < header->cells_len; i++) {
        const char *output = output_name(header->cells[i]);

        if (!output || (!text_same(output, name) && !(other && text_same(output, other))))
            continue;
        *out = i;
        return true;
    }
    return loader_fail(loader, "the table %s has no column `gives %s`", table->csv.path, name);
}

size_t lookup_rows(const struct lookup *table)
{
    return table->csv.rows_len;
}

const char *lookup_cell(const struct lookup *table, size_t row, size_t column)
{
    return row_cell(&table->csv.rows[row], column);
}

struct place lookup_entered(struct loader *loader, const struct lookup *table, size_t row,
                            size_t column)
{
    struct place place = {loader->path, loader->column, loader->line};

    loader->path = table->csv.path;
    loader->line = table->csv.rows[row].line;
    loader->column = table->csv.header.cells[column];
    return place;
}

void lookup_left(struct loader *loader, struct place place)
{
    loader->path = place.path;
    loader->column = place.column;
    loader->line = place.line;
}
