/* fields.h: field access as a table. A row says where a value stands in an answer and which model field it fills; what
 * a table cannot say is code in the connector.
 *
 * Units: the row's `as` says how the source writes the value; the model's unit comes out.
 * Errors: ERR_RECORD naming path and what is wrong, never the value of a private field. */
#ifndef TAGWERK_CONNECTOR_FIELDS_H
#define TAGWERK_CONNECTOR_FIELDS_H

#include "core/arena.h"
#include "core/err.h"
#include "wire/tree.h"
#include "wire/zone.h"

enum field_as {
    AS_TEXT,        /* trimmed; empty is NULL */
    AS_INT,         /* "12", also "12,00" */
    AS_FLAG,        /* 1, -1, true, True, yes: 1; 0, false, no: 0 */
    AS_MONEY,       /* decimal text, comma or dot: e4 */
    AS_KILOGRAMS,   /* decimal text: g; 0 is UNSAID: no system means a weightless parcel */
    AS_GRAMS,       /* integer text: g; 0 is UNSAID */
    AS_TIME_ISO,    /* ISO 8601: utc */
    AS_TIME_LOCAL, /* dd.MM.yyyy or dd-MM-yyyy[ HH:mm[:ss]], or ISO 8601, in the zone unless it names one: utc */
};

struct field_path {
    const char *path;
    enum field_as as;
    size_t offset;
};

/* Fills `into`, a fresh record or part of one, from the rows (`len` of them). Of rows for one field the first that says
 * something wins; missing or empty values leave it NULL/UNSAID. Texts are borrowed from the node. On false the first
 * trouble is told, and what could be read is there. */
MUST_CHECK bool fields_read(const struct field_path *rows, size_t len, const struct node *node, struct zone *zone,
                            void *into, struct arena *arena, struct err *err);

/* One value by itself (anything but AS_TEXT). Empty text, and a system's "year 1", give UNSAID. */
MUST_CHECK bool value_read(enum field_as as, const char *text, struct zone *zone, int64_t *out, struct err *err);

/* dd.MM.yyyy HH:mm:ss of a moment, in the zone. */
void put_time_de(struct buf *buf, struct zone *zone, int64_t utc);

#endif
