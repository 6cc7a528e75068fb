/* mapping_intern.h: what the files of the mapping share, and nobody else sees.
 *
 *   mapping.c        a file becomes rules; rules are applied to a record
 *   mapping_value.c  operands, typed values, phrases (texts with {field} in them)
 *   mapping_when.c   conditions
 *   mapping_op.c     the table of ops, and what they have in common
 *   op_*.c           the ops
 *   lookup.c         the tables under mappings/lookup
 *
 * All names are resolved when a mapping is loaded: applying it follows pointers and allocates in
 * the scratch arena only. Names of options of the route are replaced by their values then, so that
 * a condition on one costs nothing.
 *
 * Owns nothing; everything lives in the loader's arena. Errors: loading ERR_SETUP with file, line
 * and column. */
#ifndef TAGWERK_PLAN_MAPPING_INTERN_H
#define TAGWERK_PLAN_MAPPING_INTERN_H

#include "plan/mapping.h"
#include "wire/csv.h"
#include "wire/hash.h"

/* ---- while loading ---- */

struct lookup;

struct loader {
    struct hash hash;
    const char *path, *column; /* where the thing stands that is being read */
    unsigned line;
    enum kind kind;
    const struct shape *shape; /* of the records */
    /* The rule being read is for each element of this list; NULL: for the record. */
    const struct field *list;
    const struct settings *route;
    const struct option *options; /* the route's; only the end when there is no route */
    const char *lookup_dir;
    struct lookup *tables;
    struct arena *arena;
    struct err *err;
};

/* Both return false. "file:line: column x: …" */
bool loader_fail(struct loader *loader, const char *format, ...) PRINTF_LIKE(2, 3);
/* "'<word>' is no <what>; did you mean '…'?" `words` ends with NULL. */
bool loader_unknown(struct loader *loader, const char *what, const char *word,
                    const char *const *words);

/* The file's text as rows, its bytes added to the hash. A missing file is no error: *missing. */
MUST_CHECK bool loader_read(struct loader *loader, const char *path, struct csv_table *out,
                            bool *missing);

/* The cell under column `index`; "" beyond the row's end. */
const char *row_cell(const struct csv_row *row, size_t index);

/* ---- operands and values (mapping_value.c) ---- */

/* Where a value is read: a field of the record, a field of the line at hand, or (`field` NULL) a
 * fixed text. */
struct operand {
    const struct field *field;
    const struct field *list; /* `field` is one of this list's elements; NULL: of the record */
    const char *fixed;
};

/* What a rule is being applied to. */
struct subject {
    struct record *record;
    void *line; /* the list's element; NULL in a rule for the whole record */
};

static inline void *operand_base(const struct operand *operand, const struct subject *subject)
{
    return operand->list ? subject->line : (void *)subject->record;
}

/* "weight_g", "items.sku" or "route.tag". */
MUST_CHECK bool operand_load(struct loader *loader, const char *name, struct operand *out);
/* The same, and the rule at hand can read it: no line's field in a rule for the whole record. */
MUST_CHECK bool operand_load_here(struct loader *loader, const char *name, struct operand *out);
/* Its value for people and targets; NULL when there is none. */
const char *operand_text(const struct operand *operand, const struct subject *subject,
                         struct arena *scratch);

/* Elements of a list field. */
struct lines {
    char *first;
    size_t len, size;
};
struct lines lines_of(const struct field *list, struct record *record);

/* "3 kg", "500 g", "12.50", "7", "yes" as a number field keeps it. */
MUST_CHECK bool number_load(struct loader *loader, const struct field *field, const char *text,
                            int64_t *out);

#define PHRASE_PIECES_MAX 16

struct piece {
    const char *text; /* NULL: the operand's */
    struct operand operand;
};

/* A text with {field} in it. */
struct phrase {
    const struct piece *pieces; /* NULL: the text is `fixed` */
    size_t len;
    const char *fixed; /* NULL: clears */
    bool is_url;       /* what is put in is percent-encoded */
};

MUST_CHECK bool phrase_load(struct loader *loader, const char *text, struct phrase *out);
/* NULL when nothing but blanks comes out. */
const char *phrase_text(const struct phrase *phrase, const struct subject *subject,
                        struct arena *scratch);

/* ---- conditions (mapping_when.c) ---- */

struct test {
    struct operand operand;
    bool (*text)(const struct test *test, const char *text, struct arena *scratch);
    bool (*number)(const struct test *test, int64_t number);
    const char *const *words; /* end with NULL */
    const int64_t *numbers;
    size_t numbers_len;
    bool wanted;
};

bool test_holds(const struct test *test, const struct subject *subject, struct arena *scratch);
/* Is it filled, or, when `words` are given, one of them ("a|b")? */
MUST_CHECK bool test_load_need(struct loader *loader, const struct operand *operand,
                               const char *words, struct test *out);

struct when {
    const struct test *tests, *line_tests;
    size_t tests_len, line_tests_len;
    const struct field *list; /* of the line tests */
    bool never;               /* an option of the route rules it out */
};

MUST_CHECK bool when_load(struct loader *loader, const char *text, struct when *out);
/* In a rule for the whole record, line tests hold when they all hold for one of the lines. */
bool when_holds(const struct when *when, const struct subject *subject, struct arena *scratch);

/* ---- tables (lookup.c) ---- */

#define LOOKUP_INPUTS_MAX 8

/* A table as one rule uses it. */
struct lookup_use {
    const struct lookup *table;
    struct operand inputs[LOOKUP_INPUTS_MAX];
};

/* `own`: what the table's column `value` stands for. */
MUST_CHECK bool lookup_load(struct loader *loader, const char *name, const struct operand *own,
                            struct lookup_use *out);
/* Column of the output `gives name`, or of `gives other` (NULL: none). */
MUST_CHECK bool lookup_output(struct loader *loader, const struct lookup *table, const char *name,
                              const char *other, size_t *out);
size_t lookup_rows(const struct lookup *table);
const char *lookup_cell(const struct lookup *table, size_t row, size_t column);
/* Errors of a table's cell name the table. The loader's place is restored by lookup_left. */
struct place {
    const char *path, *column;
    unsigned line;
};
struct place lookup_entered(struct loader *loader, const struct lookup *table, size_t row,
                            size_t column);
void lookup_left(struct loader *loader, struct place place);
/* The first row that fits. */
bool lookup_find(const struct lookup_use *use, const struct subject *subject, struct arena *scratch,
                 size_t *row);

/* ---- rules ---- */

struct op;

struct rule {
    const struct op *op;
    unsigned line;
    const char *field_name; /* as written */
    const char *note;       /* the operator's words; NULL */
    struct operand field;   /* `field` NULL: the whole record or, with `list`, the whole line */
    struct when when;
    /* the value, as the op keeps it */
    struct phrase phrase;
    int64_t number;
    const char *code;
    struct operand other;        /* what it is taken from */
    const struct field *article; /* the catalogue's */
    const struct field *from;    /* field that says where a weight came from; NULL: nobody asks */
    struct test check;
    struct lookup_use lookup;
    size_t column, into_column;   /* outputs of the table */
    const int64_t *numbers;       /* the output column, row by row */
    const struct phrase *phrases; /* likewise; NULL: plain texts */
    const struct shape *group;    /* of `x.*`: */
    const size_t *group_fields;
    size_t group_len;
};

/* ---- while applying ---- */

struct note {
    const char *what, *about;
    struct note *next;
};

/* What the catalogue said of a line's article. */
struct asked {
    const struct article *article; /* NULL: it does not know it */
    bool done;
};

struct work {
    const struct catalogue *catalogue; /* NULL: none */
    struct record *record;
    struct arena *scratch;
    struct mapped *out;
    struct note *notes, **notes_end;
    struct asked *articles; /* per line; NULL: none was asked for */
    bool weighed_by_catalogue;
    struct err *err;
};

enum did {
    DID_NOTHING,
    DID_CHANGE,
    DID_DROP, /* this line goes */
    DID_END,  /* the record's fate is decided */
    DID_FAIL, /* err is set */
};

/* ---- ops ---- */

/* Bits of field types that an op takes. */
enum {
    TYPE_TEXT = 1U << FIELD_TEXT,
    TYPE_COUNTS = 1U << FIELD_INT | 1U << FIELD_MONEY | 1U << FIELD_WEIGHT,
    TYPE_NUMBERS = TYPE_COUNTS | 1U << FIELD_BOOL | 1U << FIELD_TIME,
    TYPE_ALL = TYPE_TEXT | TYPE_NUMBERS | 1U << FIELD_TEXTS | 1U << FIELD_LIST,
};

/* What the ops have in common (mapping_op.c). */

/* Takes the field column, and with it the rule's scope. What is loaded next is the value column. */
MUST_CHECK bool rule_field_load(struct loader *loader, const char *name, unsigned types,
                                struct rule *rule);
MUST_CHECK bool rule_no_value(struct loader *loader, const struct rule *rule, const char *value);
/* A field of the lines of an order? */
bool operand_is_of_line(const struct operand *operand);
/* The field that tells where the parcel's weight came from, and its word. */
void rule_from_load(const struct loader *loader, struct rule *rule);
void work_say_from(struct work *work, const struct rule *rule, const char *who);
void work_note(struct work *work, const char *what, const char *about);
/* A skip ends the record's way. After a refusal the rules go on, so that the operator hears all
 * reasons at once. */
enum did work_decide(struct work *work, enum outcome outcome, const char *code, const char *text);
enum did work_too_large(struct work *work, const struct rule *rule);
bool rule_field_filled(const struct rule *rule, const struct subject *subject);
enum did rule_put_text(const struct rule *rule, const struct subject *subject, const char *text);
enum did rule_put_number(const struct rule *rule, const struct subject *subject, int64_t number);

typedef bool op_load_fn(struct loader *loader, const char *field, const char *value,
                        struct rule *rule);
typedef enum did op_apply_fn(struct work *work, const struct rule *rule,
                             const struct subject *subject);

/* set, default, lookup, cover, catalogue (op_fill.c) */
op_load_fn op_set_load, op_lookup_load, op_cover_load, op_catalogue_load;
op_apply_fn op_set, op_default, op_lookup, op_cover, op_catalogue;
/* sum, at_least, convert (op_amount.c) */
op_load_fn op_sum_load, op_convert_load;
op_apply_fn op_sum, op_at_least, op_convert;
/* locker, split, clean, cut (op_text.c) */
op_load_fn op_locker_load, op_split_load, op_clean_load, op_cut_load;
op_apply_fn op_locker, op_split, op_clean, op_cut;

/* allocate, unique (op_parts.c) */
op_load_fn op_allocate_load, op_unique_load;
op_apply_fn op_allocate, op_unique;

struct op {
    const char *name;
    op_load_fn *load;
    op_apply_fn *apply;
    const char *field_help, *value_help, *help; /* for the manual */
};

extern const struct op ops[]; /* ends with {0} */

#endif
