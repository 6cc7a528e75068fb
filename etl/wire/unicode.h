/* unicode.h: what the eye does not see in a text, over ICU. Addresses come with blanks behind the
 * postcode, zero-width characters from web forms and letters in two code points; a carrier's label
 * printer forgives none of it.
 *
 * Owns nothing; results are in the arena, or the very same pointer when there was nothing to
 * change. ASCII text takes a short way. Input is valid UTF-8. */
#ifndef TAGWERK_WIRE_UNICODE_H
#define TAGWERK_WIRE_UNICODE_H

#include "core/arena.h"
#include "core/base.h"

/* NFC; control and zero-width characters go; every run of blanks of any kind becomes one U+0020;
 * ends are trimmed. */
const char *unicode_clean(struct arena *arena, const char *text);

/* For comparing: lower case, without accents, cleaned ("Büsingen" and "BUSINGEN" fold alike). */
const char *unicode_fold(struct arena *arena, const char *text);

#endif
