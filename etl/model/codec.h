/* codec.h: a record as one line of JSON, and back. Keys are the field names of record.h, flat
 * ("ship_to.city"); what is not said is not written. Numbers are integers in the unit of their
 * name. The lines of staging are made of this.
 *
 * Errors: ERR_RECORD; an unknown key is ignored (a newer version wrote it), a wrong type is
 * refused. */
#ifndef TAGWERK_MODEL_CODEC_H
#define TAGWERK_MODEL_CODEC_H

#include "core/buf.h"
#include "core/err.h"
#include "model/record.h"
#include "wire/json.h"
#include "wire/tree.h"

/* Appends the record as a JSON object, leaving out fields that carry any of `without`
 * (FIELD_STATUS, FIELD_PRIVATE). */
void record_put(struct json_out *out, const struct record *record, unsigned without);

/* The whole record, and on the way its fingerprint: 32 hex digits, the hash of all that can be sent
 * of it. `scratch` is overwritten. */
#define FINGERPRINT_HEX_SIZE 33
void record_put_fingerprint(struct json_out *out, const struct record *record, struct buf *scratch,
                            char hex[static FINGERPRINT_HEX_SIZE]);

MUST_CHECK bool record_get(const struct node *node, enum kind kind, struct arena *arena,
                           struct record **out, struct err *err);

#endif
