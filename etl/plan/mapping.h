/* mapping.h: mapping files as checked rules, and their application to a record. A file is mappings/<dir>/<kind>.csv with the
 * columns field,op,value,when,note: one rule a row, top to bottom, first the row's condition, then its op. Everything is
 * checked when it is loaded: field, op, value, condition, tables; an error names file, line, column and the nearest
 * valid word. The closed list of ops is the table at the end of mapping.c; mappings/README.md is its manual.
 *
 * Owns: rules and tables in the arena given to mapping_load. Applying allocates only in the scratch arena.
 * Errors: loading ERR_SETUP; applying ERR_RECORD (an allocation or conversion that cannot be made). */
#ifndef TAGWERK_PLAN_MAPPING_H
#define TAGWERK_PLAN_MAPPING_H

#include "core/arena.h"
#include "core/config.h"
#include "core/err.h"
#include "model/record.h"

struct mapping;

/* Looks an article up for the op `catalogue`: by the item's product_ref, else its SKU. *found false: unknown. */
struct catalogue {
    bool (*find)(void *context, const char *product_ref, const char *sku, struct arena *arena, struct article *out,
                 bool *found, struct err *err);
    void *context;
};

/* `dir`: folder of the mapping file; `lookup_dir`: folder of its tables. route: settings that {route.x} and conditions may
 * name. A missing file is a mapping without rules when `optional`. */
MUST_CHECK bool mapping_load(const char *dir, const char *lookup_dir, enum kind kind, const struct settings *route,
                             bool optional, struct arena *arena, struct mapping **out, struct err *err);

/* Hash over the file's and its tables' bytes: part of each record's provenance. */
const char *mapping_hash(const struct mapping *mapping);
size_t mapping_rules(const struct mapping *mapping);

enum outcome { OUTCOME_SEND, OUTCOME_SKIP, OUTCOME_REFUSE };

struct mapped {
    enum outcome outcome;
    const char *code; /* of a skip or refusal; reason code */
    const char *text; /* for people, without personal data; NULL */
    const char *rules; /* lines that did something: "4 9 17"; "" */
    const char *notes; /* codes of what the operator should see: "default:weight_g cut:ship_to.name"; "" */
};

/* Changes the record in place. False only for ERR_STORE/ERR_SETUP from the catalogue; a record that cannot be mapped is
 * OUTCOME_REFUSE. */
MUST_CHECK bool mapping_apply(const struct mapping *mapping, const struct catalogue *catalogue, struct record *record,
                              struct arena *scratch, struct mapped *out, struct err *err);

/* Reason codes for people: mappings/lookup/reasons.csv (code,de,en). The code itself when there is no row. */
struct reasons;
MUST_CHECK bool reasons_load(const char *lookup_dir, struct arena *arena, struct reasons **out, struct err *err);
const char *reason_text(const struct reasons *reasons, const char *code, const char *language);

#endif
