/* mapping.h: mapping files as checked rules, and their application to a record. A file is
 * mappings/<dir>/<kind>.csv with the columns field,op,value,when,note: one rule a row, top to
 * bottom, first the row's condition, then its op. Everything is checked when it is loaded: field,
 * op, value, condition, tables; an error names file, line, column and the nearest valid word. The
 * closed list of ops is the table at the end of mapping_op.c; mappings/README.md is its manual.
 *
 * Owns: rules and tables in the arena given to mapping_load. Applying allocates only in the scratch
 * arena. Errors: loading ERR_SETUP; applying none but the catalogue's. */
#ifndef TAGWERK_PLAN_MAPPING_H
#define TAGWERK_PLAN_MAPPING_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/config.h"
#include "core/err.h"
#include "model/record.h"

struct mapping;

/* The source's articles. *out NULL: there is none. */
struct catalogue {
    /* By the item's product_ref, else its SKU. */
    bool (*find)(void *context, const struct item *item, struct arena *arena,
                 const struct article **out, struct err *err);
    /* The ref of the article that has this `sku` or `ean`. */
    bool (*owner)(void *context, const char *field, const char *value, struct arena *arena,
                  const char **out, struct err *err);
    void *context;
};

/* Where a mapping lies, and what its rules may name. */
struct mapping_place {
    const char *dir;              /* folder of the mapping file */
    const char *lookup_dir;       /* folder of the tables */
    enum kind kind;               /* of the records, and the file's name */
    const struct settings *route; /* what {route.x} and conditions on route.x mean; NULL: nothing */
    bool optional;                /* a missing file is a mapping without rules */
};

MUST_CHECK bool mapping_load(const struct mapping_place *place, struct arena *arena,
                             struct mapping **out, struct err *err);

/* Hash over the bytes of the file and of its tables, in the order in which the file names them
 * first: what `cat FILE TABLE... | b2sum -l 256` prints. Part of each record's provenance. */
const char *mapping_hash(const struct mapping *mapping);
size_t mapping_rules(const struct mapping *mapping);

/* For the manual, as rows of a Markdown table: the ops (op, field, value, what it does) and the
 * fields of a kind of record (field, type, meaning). mappings/README.md holds them. */
void mapping_ops_put(struct buf *out);
void mapping_fields_put(enum kind kind, struct buf *out);

enum outcome { OUTCOME_SEND, OUTCOME_SKIP, OUTCOME_REFUSE };

struct mapped {
    enum outcome outcome;
    const char *code;  /* of a skip or refusal; reason code */
    const char *text;  /* for people, without personal data; NULL */
    const char *rules; /* lines that did something: "4 9 17"; "" */
    /* What the operator should see: "default:weight_g cut:ship_to.name"; "". */
    const char *notes;
};

/* Notes of the op `cover`, "known:carrier:DHL%20Paket": a table has, or lacks, a row for a name. */
#define NOTE_KNOWN "known"
#define NOTE_UNKNOWN "unknown"

/* Changes the record in place. False only for ERR_STORE/ERR_SETUP from the catalogue; a record that
 * cannot be mapped is OUTCOME_REFUSE. */
MUST_CHECK bool mapping_apply(const struct mapping *mapping, const struct catalogue *catalogue,
                              struct record *record, struct arena *scratch, struct mapped *out,
                              struct err *err);

/* Reason codes for people: mappings/lookup/reasons.csv (code,de,en). The code itself when there is
 * no row. */
struct reasons;
MUST_CHECK bool reasons_load(const char *lookup_dir, struct arena *arena, struct reasons **out,
                             struct err *err);
const char *reason_text(const struct reasons *reasons, const char *code, const char *language);

#endif
