/* url.h: the two things that we do to URLs ourselves: writing a text into one, and reading a
 * parameter that a far side put into one (the cursor of its next page).
 *
 * Owns nothing: results are in the buffer or the arena given. */
#ifndef TAGWERK_WIRE_URL_H
#define TAGWERK_WIRE_URL_H

#include "core/arena.h"
#include "core/buf.h"

/* Appends percent-encoded text (RFC 3986 unreserved stay). NULL adds nothing. */
void url_put(struct buf *buf, const char *text);

/* Percent-decoded value of a query parameter of a URL, in the arena; NULL when it is absent or not
 * valid UTF-8. */
const char *url_parameter(const char *url, const char *name, struct arena *arena);

#endif
