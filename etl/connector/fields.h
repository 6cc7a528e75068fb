/* fields.h: field access as a table. A row says where a value stands in an answer and which model
 * field it fills; what a table cannot say is code in the connector.
 *
 * Units: the row's `as` says how the source writes the value; the model's unit comes out.
 * Errors: ERR_RECORD naming path and what is wrong, never the value of a private field. */
#ifndef TAGWERK_CONNECTOR_FIELDS_H
#define TAGWERK_CONNECTOR_FIELDS_H

#include "core/arena.h"
#include "core/err.h"
#include "model/record.h"
#include "wire/tree.h"
#include "wire/zone.h"

enum field_as {
    AS_TEXT,    /* trimmed; empty is NULL */
    AS_WRITTEN, /* the same, but of blanks only plain ones go: the rule `clean` notes the others */
    AS_INT,     /* "12", also "12,00" */
    AS_FLAG,    /* 1, -1, true, True, yes: 1; 0, false, no: 0 */
    AS_MONEY,   /* decimal text, comma or dot: e4 */
    AS_KILOGRAMS,   /* decimal text: g; 0 is UNSAID: no system means a weightless parcel */
    AS_GRAMS,       /* integer text: g; 0 is UNSAID */
    AS_CENTIMETRES, /* decimal text: mm; 0 is UNSAID */
    AS_TIME_ISO,    /* ISO 8601: utc */
    AS_TIME_LOCAL,  /* dd.MM.yyyy or dd-MM-yyyy[ HH:mm[:ss]], or ISO 8601, in the zone unless it
                       names one: utc */
};

struct field_path {
    const char *path;
    enum field_as as;
    size_t offset;
};

/* A table of rows: FIELDS(array). */
struct fields {
    const struct field_path *rows;
    size_t len;
};
#define FIELDS(table) (&(const struct fields){(table), ARRAY_LEN(table)})

/* Fills `into`, a fresh record or part of one, by a table. Of rows for one field
 * the first that says something wins; missing or empty values leave it NULL/UNSAID. Texts are
 * borrowed from the node. On false the first trouble is told, and what could be read is there. */
MUST_CHECK bool fields_read(const struct fields *fields, const struct node *node, struct zone *zone,
                            void *into, struct arena *arena, struct err *err);

/* The same for a part of `record`: the trouble becomes the record's flaw, and reading goes on. */
void fields_read_record(const struct fields *fields, const struct node *node, struct zone *zone,
                        void *into, struct record *record, struct arena *arena);

/* Says that a record could not be read whole. The first flaw stays. */
void record_flaw(struct record *record, const char *text, struct arena *arena);

/* The id of an entry; for one without a numeric id a name that is the same whenever the same entry
 * is read, and a flaw. */
const char *record_ref(struct record *record, const char *id, const struct node *entry,
                       struct arena *arena);

/* One value by itself (anything but a text). Empty text, and a system's "year 1", give UNSAID.
 * zone NULL: local is UTC. */
MUST_CHECK bool value_read(enum field_as as, const char *text, struct zone *zone, int64_t *out,
                           struct err *err);

/* dd.MM.yyyy HH:mm:ss of a moment, in the zone. */
void put_time_de(struct buf *buf, struct zone *zone, int64_t utc);

#endif
