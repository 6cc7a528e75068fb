/* text.h: small questions about UTF-8 text. Everything here counts code points where people count
 * characters and compares ASCII without case where systems spell names as they please.
 *
 * Owns nothing. Bytes from outside were checked to be UTF-8 in wire/ before they come here. */
#ifndef TAGWERK_CORE_TEXT_H
#define TAGWERK_CORE_TEXT_H

#include "core/arena.h"
#include "core/base.h"
#include "core/buf.h"

bool text_is_empty(const char *text);                /* NULL, "" or only white space */
bool text_same(const char *a, const char *b);        /* NULL equals only NULL */
bool text_same_nocase(const char *a, const char *b); /* ASCII letters without case */
bool text_starts_nocase(const char *text, const char *start);
bool text_is_digits(const char *text); /* at least one digit, nothing else */

bool utf8_valid(const char *bytes,
                size_t len); /* also refuses NUL, overlong forms and surrogates */
/* Bytes of the well-formed code point at `bytes`; 0 when there is none (NUL is none). */
size_t utf8_point_len(const char *bytes, size_t len);
size_t utf8_count(const char *text); /* code points */
size_t utf8_prefix(const char *text,
                   size_t points); /* bytes that the first `points` code points take */

/* U+FFFD: what stands where bytes could not be read. */
#define UTF8_DAMAGE "\xEF\xBF\xBD"
bool text_is_damaged(const char *text); /* holds one; NULL does not */
/* Appends the bytes with one U+FFFD in place of each run of them that is not UTF-8. */
void utf8_mend(const char *bytes, size_t len, struct buf *out);

/* Reads one code point at *at and moves on; 0 at the end. Text is valid UTF-8. */
uint32_t utf8_next(const char **at);

/* The text without white space (also U+00A0, U+200B, U+FEFF) at both ends; the same pointer when
 * nothing was to cut. */
const char *text_trim(struct arena *arena, const char *text);

/* The word of `words` (ends with NULL) that is nearest to `word`, NULL when none is near: for "did
 * you mean". */
const char *text_nearest(const char *word, const char *const *words);

/* Splits at `separator`, trims each part; the list ends with NULL. */
const char *const *text_split(struct arena *arena, const char *text, char separator, size_t *count);

uint64_t text_hash(const char *text);        /* FNV-1a, for tables only */
uint64_t text_hash_nocase(const char *text); /* ASCII letters without case */

#endif
